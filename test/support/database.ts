import { randomBytes } from 'node:crypto';
import mysql from 'mysql2/promise';
import type { Query } from '../../src/database/connection/query';
import type { DatabaseAddress } from '../../src/database/connection/address';
import { connectionOptions } from '../../src/database/connection/connection-options';
import { parseDatabaseUrl } from '../../src/database/connection/url';

/** A database of a test's own on the real server. */
export interface TestDatabase {
  address: DatabaseAddress;
  /** For DATABASE_URL. */
  url: string;
  /** Asks it over one connection of its own. */
  query: Query;
  drop(): Promise<void>;
}

/** @param base the URL of any database on the server; by default on the one that all tests share */
export async function createTestDatabase(base = process.env.TEST_DATABASE_URL ?? ''): Promise<TestDatabase> {
  const database = `test_${randomBytes(6).toString('hex')}`;
  const url = base.replace(/\/[^/?]*(\?|$)/, `/${database}$1`);
  const address = parseDatabaseUrl(url);
  if (typeof address === 'string') throw new Error(`TEST_DATABASE_URL ${address}`);
  const { database: _unused, ...options } = connectionOptions(address);
  const connection = await mysql.createConnection({ ...options, multipleStatements: false });
  await connection.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
  await connection.query(`USE ${database}`);
  // As each session of ours: the ledger check digests lists that MySQL's own 1 KiB would cut.
  await connection.query('SET SESSION group_concat_max_len = 1073741824');
  return {
    address,
    url,
    query: async (sql, parameters = []) => {
      const [rows] = await connection.query(sql, [...parameters]);
      return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
    },
    drop: async () => {
      await connection.query(`DROP DATABASE IF EXISTS ${database}`);
      await connection.end();
    },
  };
}
