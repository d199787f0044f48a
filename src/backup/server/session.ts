import { createConnection, type Connection } from 'mysql2/promise';
import { describeAddress, type DatabaseAddress } from '../../database/connection/address';
import { isNoCluster } from '../../database/connection/galera';
import { connectionOptions } from '../../database/connection/connection-options';
import { sqlErrno } from '../../database/connection/errors';
import { sessionSettings } from '../../database/connection/session-settings';
import { BackupError, reasonOf } from '../core/errors';
import { Watchdog } from '../core/watchdog';
import type { Query } from '../../database/connection/query';
import { fillPlaceholders } from './placeholders';

/** A dump may take hours, during which the session that started it has nothing to say. */
const IDLE_SECONDS = 7 * 24 * 3600;
/** Proxies may forget who is silent for a minute, and TCP's keep-alive does not reach past them. */
const PULSE_MS = 20_000;
/** For a table that is being altered; the servers' own limit is a day or a year. */
const LOCK_WAIT_SECONDS = 60;
/** Above the time for which one statement waits for a lock. */
const ANSWER_MS = 90_000;

/** One connection to the database server. */
export interface Session {
  query: Query;
  /** The address with the one host that answered: the dump must ask the server that the operations were read from. */
  address: DatabaseAddress;
  /** The connection's error when the server closes it, or the network does. */
  onClosed(listener: (error: Error) => void): void;
  /** Ends it without waiting for anything; never throws. */
  close(): void;
}

interface SessionOptions {
  /** The server ends the connection after this long without a word from us. */
  idleSeconds?: number;
  /** Closes it when aborted; what it was asked then fails. */
  signal?: AbortSignal;
}

/**
 * Connects to the first host that answers and is ready, with the session settings that the server process uses too.
 * @throws BackupError naming the place and the reason
 */
export async function openSession(
  address: DatabaseAddress,
  { idleSeconds = IDLE_SECONDS, signal }: SessionOptions = {},
): Promise<Session> {
  const places = address.socketPath === undefined ? address.hosts.map((host) => [host]) : [[]];
  let failure: unknown = new Error('no host is given');
  for (const hosts of places) {
    try {
      return await connect({ ...address, hosts }, idleSeconds, signal);
    } catch (error) {
      failure = error;
    }
  }
  const place = describeAddress(address);
  if (sqlErrno(failure) === undefined) {
    throw new BackupError(`The database server at ${place} cannot be reached (${reasonOf(failure)}).`);
  }
  throw new BackupError(`The database server at ${place} refuses the backup's connection: ${reasonOf(failure)}.`);
}

async function connect(address: DatabaseAddress, idleSeconds: number, signal?: AbortSignal): Promise<Session> {
  const connection = await createConnection(connectionOptions(address));
  const session = new MysqlSession(connection, address, Math.min(PULSE_MS, (idleSeconds * 1000) / 3), signal);
  try {
    await answeredInTime(session, async () => {
      for (const statement of sessionSettings({ idleSeconds, lockWaitSeconds: LOCK_WAIT_SECONDS })) {
        await session.query(statement).catch((error: unknown) => {
          if (!isNoCluster(statement, error)) throw error;
        });
      }
    });
  } catch (error) {
    session.close();
    throw error;
  }
  return session;
}

/** Closes the session of a server that fell silent, where nothing else would notice it: what was asked fails then. */
export async function answeredInTime<T>(session: Session, ask: () => Promise<T>): Promise<T> {
  const watchdog = new Watchdog(ANSWER_MS, () => {
    session.close();
  });
  try {
    return await ask();
  } finally {
    watchdog.stop();
  }
}

class MysqlSession implements Session {
  private readonly listeners: ((error: Error) => void)[] = [];
  private readonly pending = new Set<(error: Error) => void>();
  private closed: Error | null = null;
  private readonly pulse: NodeJS.Timeout;

  constructor(
    private readonly connection: Connection,
    readonly address: DatabaseAddress,
    pulseMs: number,
    private readonly signal?: AbortSignal,
  ) {
    // Without a listener, a server that goes away would end the process.
    connection.on('error', (error) => {
      this.end(error as Error);
    });
    this.pulse = setInterval(this.saySomething, pulseMs);
    this.pulse.unref();
    signal?.addEventListener('abort', this.close);
    if (signal?.aborted === true) this.close();
  }

  readonly query: Query = async (sql, parameters = []) => {
    if (this.closed !== null) throw this.closed;
    let giveUp: ((error: Error) => void) | undefined;
    // The driver never answers a statement whose connection we closed.
    const closing = new Promise<never>((_, reject) => {
      giveUp = reject;
      this.pending.add(reject);
    });
    try {
      const [rows] = await Promise.race([this.connection.query(fillPlaceholders(sql, parameters)), closing]);
      return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
    } finally {
      if (giveUp !== undefined) this.pending.delete(giveUp);
    }
  };

  /** While no statement runs: one that does has the connection. */
  private readonly saySomething = (): void => {
    if (this.pending.size > 0) return;
    this.connection.ping().catch((error: unknown) => {
      // What the server itself says, such as that a statement was to be ended, does not end the session.
      if (sqlErrno(error) === undefined) this.end(error as Error);
    });
  };

  onClosed(listener: (error: Error) => void): void {
    this.listeners.push(listener);
    if (this.closed !== null) listener(this.closed);
  }

  readonly close = (): void => {
    this.signal?.removeEventListener('abort', this.close);
    this.end(new Error('the connection was closed'));
    this.connection.destroy();
  };

  private end(error: Error): void {
    if (this.closed !== null) return;
    this.closed = error;
    clearInterval(this.pulse);
    for (const reject of this.pending) reject(error);
    for (const listener of this.listeners) listener(error);
  }
}
