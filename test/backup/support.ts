import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Ledger, OperationMark } from '../../src/backup/core/ledger';
import { settleInterrupted } from '../../src/cli/settle-interrupted';
import type { BackupDependencies } from '../../src/backup/run/types';
import { ownSchemaPrefix } from '../../src/backup/server/auxiliary-schema';
import { backupSettings, type BackupSettings } from '../../src/backup/core/settings';
import { BackupService, type BackupServiceOptions, type BackupStatus } from '../../src/backup/status/backup-service';
import { lastProofFailure } from '../../src/backup/run/last-try';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { prepareProofServer } from './proof-server';
import { testLedger } from './test-ledger';

export { waitFor } from '../support/wait';
export { testLedger } from './test-ledger';
export type { TestDatabase } from '../support/database';

export async function createLedgerTables({ query }: Pick<TestDatabase, 'query'>): Promise<void> {
  await query('CREATE TABLE operations (number INT UNSIGNED PRIMARY KEY, uid CHAR(36) NOT NULL UNIQUE)');
  await query(
    'CREATE TABLE payload (operation INT UNSIGNED PRIMARY KEY, text VARCHAR(200), data VARBINARY(1000), ' +
      'at TIMESTAMP(3) DEFAULT NOW(3), FOREIGN KEY (operation) REFERENCES operations (number))',
  );
  await query('CREATE VIEW summary AS SELECT COUNT(*) AS count FROM payload');
}

/** Commits the next operation. */
export async function operate({ query }: Pick<TestDatabase, 'query'>): Promise<OperationMark> {
  const uid = randomUUID();
  await query('START TRANSACTION');
  const { number } = await testLedger.newestOperation(query);
  await query('INSERT INTO operations VALUES (?, ?)', [number + 1, uid]);
  await query('INSERT INTO payload (operation, text, data) VALUES (?, ?, ?)', [
    number + 1,
    `it's "${number}" \\ ; -- 🚗 ünï`,
    randomBytes(50),
  ]);
  await query('COMMIT');
  return { number: number + 1, uid };
}

/** Adds that many operations in one transaction, about 1 KiB each. */
export async function operateInBulk({ query }: Pick<TestDatabase, 'query'>, count: number): Promise<void> {
  const { number } = await testLedger.newestOperation(query);
  const numbers = Array.from({ length: count }, (_, i) => number + 1 + i);
  const data = randomBytes(450);
  await query('START TRANSACTION');
  await query('INSERT INTO operations VALUES ?', [numbers.map((each) => [each, randomUUID()])]);
  await query('INSERT INTO payload (operation, text, data) VALUES ?', [numbers.map((each) => [each, 'bulk', data])]);
  await query('COMMIT');
}

export interface Bench {
  database: TestDatabase;
  settings: BackupSettings;
  dependencies: Omit<BackupDependencies, 'onStep' | 'onPublished'> & { ledger: Ledger };
  /** The names of the published files, oldest first; fails where anything else lies there. */
  files(): string[];
  /** Every line of the log. */
  logText(): string;
  /** What a run leaves behind beyond its backups: files in the work folder, scratch databases. */
  litter(): Promise<string[]>;
  close(): Promise<void>;
}

/** A database with the ledger's tables, a storage folder, and what `runBackup` wants. */
export async function openBench(change: Partial<BackupSettings> = {}): Promise<Bench> {
  const database = await createTestDatabase();
  await createLedgerTables(database);
  const storageDir = temporaryFolder();
  const settings = { ...backupSettings(storageDir, { keep: 10, verify: 'restore' }), ...change };
  if (settings.verify === 'restore') await prepareProofServer(settings.proofServerDirectory, database.query);
  return {
    database,
    settings,
    dependencies: { settings, address: database.address, ledger: testLedger, settleInterrupted },
    files: () => readdirSync(settings.directory).sort(),
    logText: () => readFileSync(settings.logFile, 'utf8'),
    litter: async () => [...readdirSync(settings.workDirectory), ...(await scratchDatabases(database))],
    close: async () => {
      for (const name of await scratchDatabases(database)) await database.query('DROP DATABASE ??', [name]);
      await database.drop();
      rmSync(storageDir, { recursive: true, force: true });
    },
  };
}

/** How it all stands, as a command that only looks would tell. */
export async function statusOf(
  { settings, database }: Pick<Bench, 'settings' | 'database'>,
  change: Partial<BackupServiceOptions> = {},
): Promise<BackupStatus> {
  const idle = { problem: null, failuresInARow: 0, running: false, request: () => undefined };
  return new BackupService({
    settings,
    ledger: testLedger,
    query: database.query,
    database: database.address.database,
    scheduler: idle,
    checker: { of: () => null, begin: () => undefined },
    copier: null,
    prover: { ...idle, problem: await lastProofFailure(settings) },
    ...change,
  }).status();
}

export async function scratchDatabases({ query, address }: TestDatabase): Promise<string[]> {
  const rows = await query('SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA');
  const prefix = ownSchemaPrefix(address.database, 'scratch');
  return rows.map(({ name }) => String(name)).filter((name) => name.startsWith(prefix));
}

export function temporaryFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'backup-test-'));
}

export async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('expected a failure');
    },
    (error: unknown) => error as Error,
  );
}
