import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseAddress } from '../../database/connection/address';
import { BackupError, BackupStopped, reasonOf } from '../core/errors';
import { isLockHeld, takeLock, type HeldLock } from './named-lock';
import type { Query } from '../../database/connection/query';
import { answeredInTime, openSession, type Session } from './session';

/** After this long without a word from its holder the server ends the connection: a machine may lose its power. */
const SILENCE_SECONDS = 120;
const RELEASE_MS = 2_000;

/**
 * `backups`: one backup or restore at a time. `proofs`: one proof, which thereby never delays a backup. `log`: one process
 * that follows the server's binary log.
 */
type LockPurpose = 'backups' | 'proofs' | 'log';

const NAMES: Readonly<Record<LockPurpose, string>> = { backups: 'backup', proofs: 'proof', log: 'log' };

interface LockRequest {
  signal?: AbortSignal;
  onWait?: () => void;
  purpose?: LockPurpose;
  database?: string;
}

/**
 * The lock that lets one backup, or one proof, run at a time, across the processes and machines that share a database.
 * It goes with its holder, however that one ends.
 */
export class BackupLock {
  private readonly gone = new AbortController();
  private readonly heartbeat: NodeJS.Timeout;
  private asking = false;
  private provenAt: number;
  private released = false;

  private constructor(
    private readonly session: Session,
    /** Of all the servers of which the session's is one. */
    private readonly everywhere: DatabaseAddress,
    private readonly held: HeldLock,
    takenAt: number,
    private readonly purpose: LockPurpose,
  ) {
    this.provenAt = takenAt;
    session.onClosed((error) => {
      this.lose(reasonOf(error));
    });
    this.heartbeat = setInterval(() => {
      if (performance.now() - this.provenAt > held.giveUpMs) this.lose('the database server does not answer');
      else if (!this.asking) this.assertHeld().catch(() => undefined);
    }, held.beatMs);
    this.heartbeat.unref();
  }

  /**
   * Waits for its turn, however long that is; `onWait` is called once where the lock is not free.
   * @param database that it is about, where that is another than the address names
   */
  static async acquire(
    address: DatabaseAddress,
    { signal, onWait, purpose = 'backups', database = address.database }: LockRequest = {},
  ): Promise<BackupLock> {
    const session = await openSession(address, { idleSeconds: SILENCE_SECONDS });
    const abandon = (): void => {
      session.close();
    };
    signal?.addEventListener('abort', abandon);
    try {
      if (signal?.aborted === true) throw new BackupStopped();
      // Until the lock is had nothing else notices a server that fell silent.
      const query: Query = (sql, parameters) => answeredInTime(session, () => session.query(sql, parameters));
      const held = await takeLock(query, lockName(database, purpose), onWait);
      return new BackupLock(session, address, held, performance.now(), purpose);
    } catch (error) {
      session.close();
      if (signal?.aborted === true) throw new BackupStopped();
      throw BackupError.from(error, `The lock on ${purpose} could not be acquired`);
    } finally {
      signal?.removeEventListener('abort', abandon);
    }
  }

  /** Of the server that the lock was had from. */
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
    const askedAt = performance.now();
    try {
      if (await this.held.prove()) this.provenAt = askedAt;
      else this.lose('another session holds it');
    } catch (error) {
      this.lose(reasonOf(error));
    } finally {
      this.asking = false;
    }
    this.gone.signal.throwIfAborted();
  }

  /** Gives the lock back; should nobody answer, it goes by itself. */
  async release(): Promise<void> {
    this.released = true;
    clearInterval(this.heartbeat);
    const enough = new AbortController();
    await Promise.race([this.giveBack(), sleep(RELEASE_MS, undefined, enough).catch(() => undefined)]);
    enough.abort();
    this.session.close();
  }

  private async giveBack(): Promise<void> {
    try {
      await this.held.giveBack();
    } catch {
      // The next process need not wait until this lease has been silent for long enough.
      const session = await openSession(this.everywhere).catch(() => null);
      await this.held.giveBack(session?.query).catch(() => undefined);
      session?.close();
    }
  }

  private lose(reason: string): void {
    clearInterval(this.heartbeat);
    if (this.released || this.gone.signal.aborted) return;
    this.gone.abort(BackupError.lockLost(reason, this.purpose));
    this.session.close();
  }
}

/** Whether a backup of that database runs now, anywhere. */
export function isBackupRunning(query: Query, database: string): Promise<boolean> {
  return isLockHeld(query, lockName(database));
}

/** Whether a proof of one of its backups runs now, anywhere. */
export function isProofRunning(query: Query, database: string): Promise<boolean> {
  return isLockHeld(query, lockName(database, 'proofs'));
}

/** Whether a process follows the server's binary log for that database now, anywhere. */
export function isLogFollowed(query: Query, database: string): Promise<boolean> {
  return isLockHeld(query, lockName(database, 'log'));
}

/**
 * Names of locks are the server's own, one space for all its databases, and at most 64 characters long. Lower case,
 * as some servers take "Pool" and "pool" for one database.
 */
export function lockName(database: string, purpose: LockPurpose = 'backups'): string {
  return `motorpool.${NAMES[purpose]}.${createHash('sha256').update(database.toLowerCase()).digest('hex').slice(0, 32)}`;
}
