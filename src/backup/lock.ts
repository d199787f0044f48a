import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseAddress } from '../database/address';
import { BackupError, BackupStopped, reasonOf } from './errors';
import type { Query } from './ledger';
import { openSession, type Session } from './session';

/** One wait for the lock. Short, because a waiter that is killed leaves its wait behind until it ends. */
const WAIT_SECONDS = 5;
/** After this long without a word from its holder the server gives the lock away: a machine may lose its power. */
const SILENCE_SECONDS = 120;
const HEARTBEAT_MS = 20_000;
const RELEASE_MS = 2_000;

/**
 * The lock that lets one backup run at a time, across the processes and machines that share a database. The database
 * server holds it for a connection, so that it goes with its holder, however that one ends.
 */
export class BackupLock {
  private readonly gone = new AbortController();
  private heartbeat: NodeJS.Timeout | undefined;
  private asking = false;
  private released = false;

  private constructor(
    private readonly session: Session,
    private readonly name: string,
  ) {
    session.onClosed((error) => {
      this.lose(reasonOf(error));
    });
    this.heartbeat = setInterval(() => {
      if (this.asking) this.lose('the database server does not answer');
      else this.assertHeld().catch(() => undefined);
    }, HEARTBEAT_MS);
    this.heartbeat.unref();
  }

  /** Waits for its turn, however long that is; `onWait` is called once where the lock is not free. */
  static async acquire(
    address: DatabaseAddress,
    { signal, onWait }: { signal?: AbortSignal; onWait?: () => void } = {},
  ): Promise<BackupLock> {
    const session = await openSession(address, { idleSeconds: SILENCE_SECONDS });
    const abandon = (): void => {
      session.close();
    };
    signal?.addEventListener('abort', abandon);
    try {
      if (signal?.aborted === true) throw new BackupStopped();
      const name = lockName(address.database);
      for (let seconds = 0; !(await take(session.query, name, seconds)); seconds = WAIT_SECONDS) {
        if (seconds === 0) onWait?.();
      }
      return new BackupLock(session, name);
    } catch (error) {
      session.close();
      if (signal?.aborted === true) throw new BackupStopped();
      throw BackupError.from(error, 'The lock on backups could not be had');
    } finally {
      signal?.removeEventListener('abort', abandon);
    }
  }

  /** Of the server that holds the lock. */
  get address(): DatabaseAddress {
    return this.session.address;
  }

  /** Aborted, with a `BackupError` as the reason, when the lock is lost. */
  get lost(): AbortSignal {
    return this.gone.signal;
  }

  /** Asks the server; call it right before what must not be done twice. */
  async assertHeld(): Promise<void> {
    this.asking = true;
    try {
      const [row] = await this.session.query('SELECT IS_USED_LOCK(?) = CONNECTION_ID() AS held', [this.name]);
      if (Number(row?.held) !== 1) this.lose('another session holds it');
    } catch (error) {
      this.lose(reasonOf(error));
    } finally {
      this.asking = false;
    }
    this.gone.signal.throwIfAborted();
  }

  /** Gives the lock back; should the server not answer, the end of the connection does it. */
  async release(): Promise<void> {
    this.released = true;
    clearInterval(this.heartbeat);
    const answer = this.session.query('SELECT RELEASE_LOCK(?)', [this.name]).catch(() => undefined);
    const enough = new AbortController();
    await Promise.race([answer, sleep(RELEASE_MS, undefined, enough).catch(() => undefined)]);
    enough.abort();
    this.session.close();
  }

  private lose(reason: string): void {
    clearInterval(this.heartbeat);
    if (this.released || this.gone.signal.aborted) return;
    this.gone.abort(BackupError.lockLost(reason));
    this.session.close();
  }
}

/** Whether a backup of that database runs now, anywhere. */
export async function isBackupRunning(query: Query, database: string): Promise<boolean> {
  const [row] = await query('SELECT IS_USED_LOCK(?) IS NOT NULL AS running', [lockName(database)]);
  return Number(row?.running) === 1;
}

/**
 * Names of locks are the server's own, one space for all its databases, and at most 64 characters long. Lower case,
 * as some servers take "Pool" and "pool" for one database.
 */
export function lockName(database: string): string {
  return `motorpool.backup.${createHash('sha256').update(database.toLowerCase()).digest('hex').slice(0, 32)}`;
}

async function take(query: Query, name: string, seconds: number): Promise<boolean> {
  const [row] = await query('SELECT GET_LOCK(?, ?) AS held', [name, seconds]);
  if (row?.held === null) throw new Error('the server gave up waiting for it');
  return Number(row?.held) === 1;
}
