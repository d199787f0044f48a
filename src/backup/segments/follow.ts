import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseAddress } from '../../database/connection/address';
import { BackupError, BackupStopped, reasonOf } from '../core/errors';
import { growingPause, type Pauses } from '../core/growing-pause';
import type { Ledger } from '../core/ledger';
import { BackupLog } from '../core/log';
import type { BackupSettings } from '../core/settings';
import { backupNames, readBackup } from '../files/catalogue';
import { labelOf, readProof } from '../files/proofs';
import { clearWorkFiles, prepareFolders, workTag } from '../files/staging';
import { BackupLock } from '../server/backup-lock';
import { openSession, type Session } from '../server/session';
import { bytesOf, readChain, type Chain } from './chain';
import { chooseChain, isPlaceless } from './choose-base';
import { BaseFollower, type FollowContext } from './follow-base';
import { keepFollowState } from './follow-state';
import { removeOrphans } from './segment-store';
import { lacksReplication, whyNotFollowed } from './why-not-followed';

interface FollowDependencies {
  settings: BackupSettings;
  address: DatabaseAddress;
  ledger: Ledger;
  /** Ends it, once what was committed by then is stored. */
  signal: AbortSignal;
  /** Makes a backup whatever is stored: the next base. @throws BackupError */
  makeBase: () => Promise<void>;
  now?: () => Date;
}

const DAY_MS = 86_400_000;
/** A new base is made when the segments pass half of the last one, and no sooner than at so many bytes. */
const LEAST_BYTES = 2 ** 20;
/** How often the base is looked at: whether it is there, not DAMAGED, and not too old. */
const LOOK_MS = 2_000;
/** How often it is tried again where something is missing, such as a right. */
const TRY_AGAIN_MS = 60_000;
/** Between two bases that are needed because the log did not lead on from the one before at all. */
const PAUSES: Pauses = { firstMs: 1_000, longestMs: 5 * 60_000 };

/**
 * Stores each transaction of the database, as soon as it is committed, in a log segment that leads on from the newest base;
 * one process at a time for all servers of a database. Where the log does not lead on, that is told, and a new base is
 * made at once. Ends when asked to.
 * @throws BackupStopped then; BackupError where it failed and should be begun again
 */
export async function followLog(dependencies: FollowDependencies): Promise<never> {
  const { settings, address, signal, now } = dependencies;
  const log = new BackupLog(settings.logFile, now);
  await prepareFolders(settings);
  const memory: Memory = { madePlaceless: false, missing: null };
  for (;;) {
    const lock = await BackupLock.acquire(address, { purpose: 'log', signal });
    let missing: string;
    try {
      const session = await openSession(lock.address, { signal: lock.lost });
      try {
        missing = await new LogFollowing(dependencies, memory, { lock, session, log }).untilImpossible();
      } finally {
        session.close();
      }
    } catch (error) {
      throw await told(lock.lost.aborted ? lock.lost.reason : error, { settings, log, signal });
    } finally {
      await lock.release();
    }
    await keepFollowState(settings, log, { state: 'impossible', problem: missing });
    await sleep(TRY_AGAIN_MS, undefined, { signal }).catch(() => {
      throw new BackupStopped('Following the binary log');
    });
  }
}

const PLACELESS =
  'backups do not tell their place in the binary log: docs/databases.md has the rights that MySQL wants for that';
const GONE = 'the server no longer has it from there on, or it is the log of another server';

function notLeadingOn(filename: string, reason: string): string {
  return `The binary log does not lead on from ${filename}: ${reason}.`;
}

async function told(
  error: unknown,
  { settings, log, signal }: { settings: BackupSettings; log: BackupLog; signal: AbortSignal },
): Promise<BackupError> {
  const isStopped = error instanceof BackupStopped || signal.aborted;
  const failure = isStopped
    ? new BackupStopped('Following the binary log')
    : BackupError.from(error, 'The binary log could not be followed');
  if (!isStopped) log.error(failure.message);
  const problem = isStopped ? null : failure.message;
  await keepFollowState(settings, log, { state: isStopped ? 'ended' : 'following', problem });
  return failure;
}

/** What all holders of the lock in this process know. */
interface Memory {
  /** No base more is made only to find out that none tells its place. */
  madePlaceless: boolean;
  /** What is missing, as it was told last; null after the log was followed. */
  missing: string | null;
}

/** What one holder of the lock on the log does. */
class LogFollowing {
  private blocked: string | null = null;
  /** Bases in a row from which nothing could be stored. */
  private failures = 0;
  private wasTold: string | null = null;

  constructor(
    private readonly dependencies: FollowDependencies,
    private readonly memory: Memory,
    private readonly held: { lock: BackupLock; session: Session; log: BackupLog },
  ) {}

  /** @returns what is missing, in a part of a sentence; else it goes on until it is asked to end, or fails */
  async untilImpossible(): Promise<string> {
    const { settings, ledger } = this.dependencies;
    const { session, log } = this.held;
    const tag = workTag(`log of ${session.address.database}`);
    await clearWorkFiles(settings.workDirectory, tag, (left) => {
      log.warn(left);
    });
    const present = await backupNames(settings.directory);
    const orphans = await removeOrphans(settings.logDirectory, present);
    if (orphans.length > 0) log.info(`Removed log segments whose backups are gone: ${orphans.join(', ')}.`);
    for (;;) {
      const missing = await whyNotFollowed(session.query);
      if (missing !== null) return this.impossible(missing);
      const asked = { settings, ledger, session, blocked: this.blocked };
      const chain = await chooseChain({
        ...asked,
        onGone: ({ filename }) => this.tell(notLeadingOn(filename, GONE)),
      });
      if (chain === null) {
        const isUseless = await isPlaceless(asked);
        if (isUseless && this.memory.madePlaceless) return this.impossible(PLACELESS);
        this.memory.madePlaceless = isUseless;
        await this.makeBase();
      } else if ((await this.follow(chain)) === 'denied')
        return this.impossible(lacksReplication(session.address.user));
    }
  }

  private impossible(missing: string): string {
    const sentence = `BACKUP_MODE=log has no effect, so each operation gets a backup of everything: ${missing}.`;
    if (sentence !== this.memory.missing) this.held.log.warn(sentence);
    this.memory.missing = sentence;
    return sentence;
  }

  private async follow(chain: Chain): Promise<'denied' | 'over'> {
    const { settings, ledger, signal } = this.dependencies;
    const { session, lock, log } = this.held;
    await this.tell(null);
    const context: FollowContext = {
      settings,
      ledger,
      session,
      lock,
      log,
      stop: signal,
      onStored: () => {
        this.failures = 0;
        this.memory.missing = null;
      },
    };
    const follower = new BaseFollower(context, chain);
    const watch = this.watch(follower);
    try {
      const end = await follower.run();
      if (end.kind === 'denied') return 'denied';
      if (end.kind === 'obstacle') {
        this.blocked = chain.base.filename;
        await this.tell(notLeadingOn(chain.base.filename, reasonOf(end.reason)));
      }
      return 'over';
    } finally {
      watch.stop();
    }
  }

  /** Looks after the base while it is followed. */
  private watch(follower: BaseFollower): { stop: () => void } {
    const { base } = follower.stored;
    let isMaking = false;
    const look = async (): Promise<void> => {
      if (isMaking) return;
      if (!(await this.isThere(base))) {
        this.blocked = base.filename;
        follower.leave();
        return;
      }
      if (!(await this.isWhole(follower.stored))) {
        // What the torn segment held, and all after it, is read from the log again.
        follower.leave();
        return;
      }
      if (!this.isDue(follower.stored)) return;
      isMaking = true;
      // What commits meanwhile is stored from the old base on.
      await this.makeBase();
      this.blocked = base.filename;
      follower.leave();
    };
    const timer = setInterval(() => {
      void look().catch((error: unknown) => {
        // The next look tries again; what made the backup has told why it failed.
        isMaking = false;
        if (this.dependencies.signal.aborted) return;
        this.held.log.warn(`A new base of the log segments could not be made: ${reasonOf(error)}.`);
      });
    }, LOOK_MS);
    return {
      stop: () => {
        clearInterval(timer);
      },
    };
  }

  private async isThere({ path, filename, sha256 }: Chain['base']): Promise<boolean> {
    if ((await readBackup(path))?.sha256 !== sha256) return false;
    const proof = await readProof(this.dependencies.settings.proofDirectory, { filename, sha256 });
    return labelOf({ proof }) !== 'DAMAGED';
  }

  private async isWhole({ base, segments }: Chain): Promise<boolean> {
    const found = await readChain(this.dependencies.settings, base);
    return (found?.segments.length ?? 0) >= segments.length;
  }

  private isDue(chain: Chain): boolean {
    const { now = () => new Date() } = this.dependencies;
    const age = Math.abs(now().getTime() - chain.base.createdAt.getTime());
    return age > DAY_MS || bytesOf(chain) > Math.max(chain.base.sqlBytes / 2, LEAST_BYTES);
  }

  private async makeBase(): Promise<void> {
    const { signal, makeBase } = this.dependencies;
    if (this.failures > 0) {
      await sleep(growingPause(this.failures, PAUSES), undefined, { signal }).catch(() => undefined);
    }
    if (signal.aborted) throw new BackupStopped('Following the binary log');
    this.failures += 1;
    await makeBase();
  }

  private async tell(problem: string | null): Promise<void> {
    const { settings } = this.dependencies;
    const { log } = this.held;
    if (problem !== null && problem !== this.wasTold) log.warn(`${problem} A new base is made.`);
    this.wasTold = problem;
    await keepFollowState(settings, log, { state: 'following', problem });
  }
}
