import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createConnection, type Connection } from 'mysql2/promise';
import type { Ledger, OperationMark, Query } from '../../src/backup/ledger';
import type { BackupDependencies } from '../../src/backup/run-backup';
import { backupSettings, type BackupSettings } from '../../src/backup/settings';
import type { DatabaseAddress } from '../../src/database/address';

export interface TestDatabase {
  address: DatabaseAddress;
  connection: Connection;
  query: Query;
  close(): Promise<void>;
}

/** The one place that knows where the tests' private server is: a database of its own for the caller. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const socketPath = process.env.TEST_MARIADB_SOCKET ?? '';
  const database = `test_${randomBytes(6).toString('hex')}`;
  const admin = await createConnection({ socketPath, user: 'root' });
  await admin.query('CREATE DATABASE ?? CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci', [database]);
  await admin.query('USE ??', [database]);
  return {
    address: { user: 'root', database, socketPath, hosts: [] },
    connection: admin,
    query: queryOf(admin),
    async close() {
      await admin.query('DROP DATABASE IF EXISTS ??', [database]);
      await admin.end();
    },
  };
}

export function queryOf(connection: Connection): Query {
  return async (sql, parameters = []) => {
    const [rows] = await connection.query(sql, [...parameters]);
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  };
}

/** A ledger of the smallest kind: every operation has exactly one row of payload. */
export const testLedger: Ledger = {
  async newestOperation(query) {
    const [row] = await query('SELECT number, uid FROM operations ORDER BY number DESC LIMIT 1');
    return row === undefined ? { number: 0, uid: null } : { number: Number(row.number), uid: String(row.uid) };
  },
  async existing(query, marks) {
    const pairs = marks.filter(({ uid }) => uid !== null).map(({ number, uid }) => [number, uid]);
    if (pairs.length === 0) return new Set();
    const rows = await query('SELECT uid FROM operations WHERE (number, uid) IN (?)', [pairs]);
    return new Set(rows.map(({ uid }) => String(uid)));
  },
  async audit(query) {
    const rows = await query(
      'SELECT number FROM operations LEFT JOIN payload ON operation = number GROUP BY number HAVING COUNT(operation) <> 1',
    );
    return rows.slice(0, 1).map(({ number }) => `operation ${String(number)} has not exactly one payload`);
  },
  schemaVersion: () => Promise.resolve('test-1'),
};

export async function createLedgerTables({ query }: TestDatabase): Promise<void> {
  await query('CREATE TABLE operations (number INT UNSIGNED PRIMARY KEY, uid CHAR(36) NOT NULL UNIQUE)');
  await query(
    'CREATE TABLE payload (operation INT UNSIGNED PRIMARY KEY, text VARCHAR(200), data VARBINARY(200), ' +
      'at TIMESTAMP(3) DEFAULT NOW(3), FOREIGN KEY (operation) REFERENCES operations (number))',
  );
  await query('CREATE VIEW summary AS SELECT COUNT(*) AS count FROM payload');
}

/** Commits the next operation. */
export async function operate({ connection, query }: TestDatabase): Promise<OperationMark> {
  const uid = randomUUID();
  await connection.beginTransaction();
  const { number } = await testLedger.newestOperation(query);
  await query('INSERT INTO operations VALUES (?, ?)', [number + 1, uid]);
  await query('INSERT INTO payload (operation, text, data) VALUES (?, ?, ?)', [
    number + 1,
    `it's "${number}" \\ ; -- 🚗 ünï`,
    randomBytes(50),
  ]);
  await connection.commit();
  return { number: number + 1, uid };
}

/** A storage folder of its own. */
export function temporaryStorage(): { storageDir: string; remove(): void } {
  const storageDir = mkdtempSync(path.join(tmpdir(), 'backup-test-'));
  return {
    storageDir,
    remove() {
      rmSync(storageDir, { recursive: true, force: true });
    },
  };
}

export interface Bench {
  database: TestDatabase;
  settings: BackupSettings;
  dependencies: BackupDependencies;
  close(): Promise<void>;
}

/** A database with the ledger's tables, a storage folder, and what `runBackup` wants. */
export async function openBench(settings: Partial<BackupSettings> = {}): Promise<Bench> {
  const database = await openTestDatabase();
  await createLedgerTables(database);
  const { storageDir, remove } = temporaryStorage();
  const all = { ...backupSettings(storageDir, { keep: 10, verify: 'restore' }), ...settings };
  return {
    database,
    settings: all,
    dependencies: { settings: all, address: database.address, ledger: testLedger },
    async close() {
      await database.close();
      remove();
    },
  };
}
