import type { Socket } from 'node:net';
import mysql, { type Pool, type PoolConnection, type PoolOptions } from 'mysql2';
import { isNoCluster } from './galera';
import { driverFigures, type ConnectionFigures } from './connection-figures';
import { sessionSettings } from './session-settings';

/** Time limits of a pooled connection, in milliseconds and seconds, so that no request waits without end. */
export interface ConnectionLimits {
  /** A statement without an answer for this long counts as a lost connection; null: no limit. */
  answerMs: number | null;
  /** A statement that waits for a lock gives up after this long: below `answerMs`, so that the server says so. */
  lockWaitSeconds: number;
  /**
   * The server ends a session that says nothing for this long, and with it the locks of a client that vanished in
   * the middle of a transaction: below `answerMs`, so that they are gone before we ask for the outcome of that transaction.
   */
  idleSeconds: number;
  /** We close a connection that nobody used for this long: below `idleSeconds`, so that no dead one is handed out. */
  unusedMs: number;
  /** A request that waits this long for a free connection fails with NoFreeConnection. */
  freeConnectionMs: number;
}

/** For requests: people wait for the answers. */
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

/** The part of a pool that TypeORM needs, and its figures for the metrics. */
export type ConnectionPool = Pick<Pool, 'getConnection' | 'end'> & { figures(): ConnectionFigures };

type Callback = Parameters<Pool['getConnection']>[0];

/** The driver's pool for one server, with prepared sessions and with an end to every wait. */
export class PreparedPool {
  private readonly pool: Pool;
  private readonly prepared = new WeakMap<PoolConnection, Promise<void>>();
  private readonly open = new Set<PoolConnection>();

  constructor(
    options: PoolOptions,
    private readonly limits: ConnectionLimits,
  ) {
    const { connectionLimit = 10 } = options;
    // The driver closes unused connections only where fewer than all may stay unused.
    this.pool = mysql.createPool({ ...options, maxIdle: connectionLimit - 1, idleTimeout: limits.unusedMs });
    this.pool.on('connection', (connection) => {
      this.open.add(connection);
      socketOf(connection).once('close', () => this.open.delete(connection));
      this.prepared.set(connection, prepare(connection, limits));
    });
    // Only while somebody waits for an answer: an unused connection has nothing to say.
    this.pool.on('acquire', (connection) => socketOf(connection).setTimeout(limits.answerMs ?? 0));
    this.pool.on('release', (connection) => socketOf(connection).setTimeout(0));
  }

  /** A connection whose session is prepared. @throws NoFreeConnection */
  async acquire(): Promise<PoolConnection> {
    const connection = await this.freeConnection();
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(lost('The database did not answer in time.'));
      }, this.limits.freeConnectionMs);
    });
    try {
      await Promise.race([this.prepared.get(connection), tooLate]);
      return connection;
    } catch (error) {
      // A session without its settings must not be used: its times and errors would differ silently.
      closeConnection(connection, error as Error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends every connection; requests that wait for an answer fail. */
  closeAll(): void {
    for (const connection of this.open) closeConnection(connection, lost('The database server does not answer.'));
  }

  figures(): ConnectionFigures {
    return driverFigures(this.pool);
  }

  end(): Promise<void> {
    return this.pool.promise().end();
  }

  private freeConnection(): Promise<PoolConnection> {
    return new Promise((resolve, reject) => {
      let gaveUp = false;
      const timer = setTimeout(() => {
        gaveUp = true;
        reject(new NoFreeConnection());
      }, this.limits.freeConnectionMs);
      this.pool.getConnection((error, connection) => {
        if (gaveUp) {
          if (error === null) connection.release();
          return;
        }
        clearTimeout(timer);
        if (error === null) resolve(connection);
        else reject(error);
      });
    });
  }
}

/** An error in the driver's terms, with the code of a lost connection. */
export class NoFreeConnection extends Error {
  readonly code = 'ETIMEDOUT';
  readonly fatal = true;

  constructor() {
    super('No connection to the database became free in time.');
  }
}

/** The pool with the driver's callback interface. */
export function asConnectionPool(
  acquire: () => Promise<PoolConnection>,
  end: () => Promise<void>,
  figures: () => ConnectionFigures,
): ConnectionPool {
  return {
    figures,
    getConnection: (callback: Callback) => {
      acquire().then(
        (connection) => {
          callback(null, connection);
        },
        (error: unknown) => {
          // The driver leaves the second argument out, too, where there is an error.
          (callback as (error: unknown) => void)(error);
        },
      );
    },
    end: (callback?: (error: NodeJS.ErrnoException | null) => void) => {
      end().then(
        () => callback?.(null),
        (error: unknown) => callback?.(error as NodeJS.ErrnoException),
      );
    },
  };
}

/**
 * Ends a connection at once: what it was asked fails for that reason, and the server rolls back. (The driver's own
 * `destroy` never answers a statement that runs: its caller would wait for ever.)
 */
export function closeConnection(connection: PoolConnection, reason: Error): void {
  socketOf(connection).destroy(reason);
  connection.destroy();
}

/** Settles once the session has its settings and the server is ready for more. */
function prepare(connection: PoolConnection, limits: ConnectionLimits): Promise<void> {
  // The driver listens for one error only; a second one without a listener would end the process.
  connection.on('error', () => undefined);
  socketOf(connection).on('timeout', () => {
    closeConnection(connection, lost('The database did not answer in time.'));
  });
  const ready = Promise.all(
    sessionSettings(limits).map(
      (statement) =>
        new Promise<void>((resolve, reject) => {
          connection.query(statement, (error: Error | null) => {
            if (error === null || isNoCluster(statement, error)) resolve();
            else reject(error);
          });
        }),
    ),
  ).then(() => undefined);
  // The request that it was opened for may have given up.
  ready.catch(() => undefined);
  return ready;
}

/** In the driver's terms: `fatal` tells that the connection is of no more use. */
function lost(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT', fatal: true });
}

/** A TCP, TLS or unix socket; the driver keeps it in this property and types it nowhere. */
function socketOf(connection: PoolConnection): Socket {
  return (connection as unknown as { stream: Socket }).stream;
}
