import mysql from 'mysql2/promise';
import { describeAddress, type DatabaseAddress } from './connection/address';
import { ASK_WHETHER_READY } from './connection/galera';
import { connectionOptions } from './connection/connection-options';
import { EmbeddedDatabase } from './embedded/embedded';
import { DatabaseUnavailableError, ER_BAD_DB, ER_DB_ACCESS_DENIED, sqlErrno } from './connection/errors';
import { useDatabase } from './connection/use-database';

/** Where the database is. */
export interface DatabaseLocation {
  /** null: the embedded one under `storageDir`. */
  database: DatabaseAddress | null;
  /** Absolute. */
  storageDir: string;
}

interface OpenDatabase {
  address: DatabaseAddress;
  /** Leaves the database; an embedded one stops when its last user has left. Open connections must be closed first. */
  close(): Promise<void>;
}

interface OpenOptions {
  /** Told in one sentence when the embedded server ended under us, and when it is back. */
  onEvent?: (message: string) => void;
  /** Makes an embedded database where there is none. Else that is an error: a wrong folder would get an empty pool. */
  install?: boolean;
}

/**
 * Makes sure of a database server that answers, is new enough and has the database: the embedded one, started where
 * it does not run yet, or the one that DATABASE_URL names.
 * @throws DatabaseUnavailableError with one sentence that says what is wrong and what to do
 */
export async function openDatabase(
  { database, storageDir }: DatabaseLocation,
  { install = false, ...options }: OpenOptions = {},
): Promise<OpenDatabase> {
  if (database !== null) {
    await checkServer(database);
    return { address: database, close: () => Promise.resolve() };
  }
  const embedded = new EmbeddedDatabase(storageDir, { ...options, install });
  const address = await embedded.acquire();
  return { address, close: () => embedded.release() };
}

/** Limit for a server that accepts a connection and never answers. */
const ANSWER_MS = 30_000;
const ER_ACCESS_DENIED = 1045;
const ER_ACCESS_DENIED_NO_PASSWORD = 1698;

async function checkServer(address: DatabaseAddress): Promise<void> {
  const connection = await connect(address);
  try {
    const [rows] = await connection
      .query({ sql: 'SELECT VERSION() AS version', timeout: ANSWER_MS })
      .catch((error: unknown) => {
        throw unavailable(address, error);
      });
    const { version } = (rows as { version: string }[])[0] ?? { version: 'unknown' };
    if (!isSupported(version)) {
      throw new DatabaseUnavailableError(
        `The database server at ${describeAddress(address)} is version ${version}: Motorpool needs MariaDB 10.6 or MySQL 8.0 at least.`,
      );
    }
    await useDatabase(connection, address.database).catch((error: unknown) => {
      throw unavailable(address, error);
    });
  } finally {
    connection.destroy();
  }
}

async function connect(address: DatabaseAddress): Promise<mysql.Connection> {
  let failure: unknown;
  for (const host of address.socketPath === undefined ? address.hosts : [undefined]) {
    // Without the database: it may have to be made first.
    const { database: _, ...options } = connectionOptions(address, host);
    try {
      const connection = await mysql.createConnection(options);
      try {
        await connection.query({ sql: ASK_WHETHER_READY, timeout: ANSWER_MS });
        return connection;
      } catch (error) {
        connection.destroy();
        throw error;
      }
    } catch (error) {
      failure ??= error;
    }
  }
  throw unavailable(address, failure);
}

/** MariaDB 10.6 or later, MySQL 8.0 or later, by what VERSION() answers. */
export function isSupported(version: string): boolean {
  const [, major = 0, minor = 0] = (/^(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  return version.includes('MariaDB') ? major > 10 || (major === 10 && minor >= 6) : major >= 8;
}

function unavailable(address: DatabaseAddress, error: unknown): DatabaseUnavailableError {
  const place = describeAddress(address);
  switch (sqlErrno(error)) {
    case ER_ACCESS_DENIED:
    case ER_ACCESS_DENIED_NO_PASSWORD:
      return new DatabaseUnavailableError(
        `The database server at ${place} refuses user ${address.user}: check user and password in DATABASE_URL.`,
      );
    case ER_DB_ACCESS_DENIED:
    case ER_BAD_DB:
      return new DatabaseUnavailableError(
        `User ${address.user} may not use the database at ${place}, or it does not exist: create it and grant the rights.`,
      );
    default: {
      const { code, message } = error as { code?: string; message: string };
      return new DatabaseUnavailableError(
        `The database server at ${place} cannot be reached (${code ?? message}): check DATABASE_URL and that the server runs.`,
      );
    }
  }
}
