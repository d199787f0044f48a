import type { Socket } from 'node:net';
import mysql, { type Pool, type PoolConnection, type PoolOptions } from 'mysql2';

/** How long things may take on a pooled connection, so that nothing and nobody waits without end. */
export interface ConnectionLimits {
  /** A statement without an answer counts as a lost connection after this long; null: it may take its time. */
  answerMs: number | null;
  /** A statement that waits for a lock gives up after this long: below `answerMs`, so that the server says so. */
  lockWaitSeconds: number;
  /**
   * The server ends a session that says nothing for this long, and with it the locks of a client that vanished in
   * the middle of a transaction: below `answerMs`, so that they are gone when we look what became of it.
   */
  idleSeconds: number;
  /** We close a connection that nobody used for this long: below `idleSeconds`, so that no dead one is handed out. */
  unusedMs: number;
  /** Whoever waits this long for a free connection is told that there is none. */
  freeConnectionMs: number;
}

/** For a server that answers people. */
export const PROMPT: ConnectionLimits = {
  answerMs: 20_000,
  lockWaitSeconds: 8,
  idleSeconds: 15,
  unusedMs: 10_000,
  freeConnectionMs: 20_000,
};

/** For migrations: a statement may work for hours, while another session holds the lock on migrations. */
export const PATIENT: ConnectionLimits = {
  answerMs: null,
  lockWaitSeconds: 60,
  idleSeconds: 7 * 24 * 3600,
  unusedMs: 60_000,
  freeConnectionMs: 60_000,
};

/**
 * What every session relies on, whatever the server's own settings: times in UTC, errors instead of cut values, and
 * reads that see what has been committed (operations are serial by the pool's lock, not by snapshots).
 */
const sessionSettings = ({ lockWaitSeconds, idleSeconds }: ConnectionLimits): string[] => [
  `SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
     innodb_lock_wait_timeout = ${lockWaitSeconds}, lock_wait_timeout = ${lockWaitSeconds}, wait_timeout = ${idleSeconds}`,
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
];

/** The driver's pool, with prepared sessions and with an end to every wait. */
export function createPreparedPool(options: PoolOptions, limits: ConnectionLimits): Pool {
  const { connectionLimit = 10 } = options;
  // The driver closes unused connections only where fewer than all may stay unused.
  const pool = mysql.createPool({ ...options, maxIdle: connectionLimit - 1, idleTimeout: limits.unusedMs });
  const prepared = new WeakSet<PoolConnection>();
  pool.on('connection', (connection) => {
    prepare(connection, limits, () => prepared.add(connection));
  });
  // Only while somebody waits for an answer: an unused connection has nothing to say.
  pool.on('acquire', (connection) => socketOf(connection).setTimeout(limits.answerMs ?? 0));
  pool.on('release', (connection) => {
    socketOf(connection).setTimeout(0);
    // Whoever it was opened for gave up before the server had answered a word: it must not wait for the next one.
    if (!prepared.has(connection)) closeConnection(connection, lost('The database did not answer in time.'));
  });
  limitWait(pool, limits.freeConnectionMs);
  return pool;
}

/**
 * Ends a connection at once: what it was asked fails for that reason, and the server rolls back. (The driver's own
 * `destroy` would leave whoever waits for an answer waiting for ever.)
 */
export function closeConnection(connection: PoolConnection, reason: Error): void {
  socketOf(connection).destroy(reason);
  connection.destroy();
}

function prepare(connection: PoolConnection, limits: ConnectionLimits, onPrepared: () => void): void {
  // The driver listens for one error only; a second one without a listener would end the process.
  connection.on('error', () => undefined);
  socketOf(connection).on('timeout', () => {
    closeConnection(connection, lost('The database did not answer in time.'));
  });
  // The driver sends a connection's statements in order, so these run before anything else on it.
  const statements = sessionSettings(limits);
  statements.forEach((statement, i) => {
    connection.query(statement, (error: Error | null) => {
      // A session without these settings must not be used: its times and errors would differ silently.
      if (error !== null) closeConnection(connection, error);
      else if (i === statements.length - 1) onPrepared();
    });
  });
}

function limitWait(pool: Pool, limitMs: number): void {
  const getConnection = pool.getConnection.bind(pool);
  pool.getConnection = (callback) => {
    let gaveUp = false;
    const timer = setTimeout(() => {
      gaveUp = true;
      // The driver leaves the second argument out, too, where there is an error.
      (callback as (error: Error) => void)(lost('No connection to the database became free in time.'));
    }, limitMs);
    getConnection((error, connection) => {
      if (gaveUp) {
        if (error === null) connection.release();
        return;
      }
      clearTimeout(timer);
      callback(error, connection);
    });
  };
}

/** In the driver's terms: `fatal` tells that the connection is of no more use. */
function lost(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT', fatal: true });
}

/** A TCP, TLS or unix socket; the driver keeps it in this property and types it nowhere. */
function socketOf(connection: PoolConnection): Socket {
  return (connection as unknown as { stream: Socket }).stream;
}
