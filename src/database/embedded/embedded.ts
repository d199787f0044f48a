import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseAddress } from '../connection/address';
import { installDataDirectory, removeUnfinished } from './install';
import { findSocket, forgetSocket, placeSocket, prepareLayout, systemUser, type EmbeddedLayout } from './layout';
import { Presence } from './presence';
import { lastErrorIn, startServer, type StartedServer } from './server';
import { DatabaseUnavailableError, reasonOf } from '../connection/errors';
import { fullDisk } from '../host/free-space';
import { FileLockError, isFileLocked, withFileLock } from '../host/file-lock';

const DATABASE = 'motorpool';
/** Long enough for the recovery after a crash. */
const START_MS = 60_000;
const STOP_MS = 60_000;
/** Somebody before us may need both. */
const LOCK_WAIT_MS = START_MS + STOP_MS + 30_000;
const POLL_MS = 10;
const LONGEST_PAUSE_MS = 30_000;

/** The address of an embedded database that somebody else holds and that runs; starts and counts nothing. */
export function embeddedAddress(storageDir: string): DatabaseAddress {
  const layout = prepareLayout(storageDir);
  const socketPath = findSocket(layout);
  if (socketPath === null) throw new DatabaseUnavailableError(`No database runs under ${layout.root}: start it first.`);
  return addressOn(socketPath, systemUser());
}

interface EmbeddedDatabaseOptions {
  /** Told in one sentence when the server ended under us, when starting it again failed, and when it is back. */
  onEvent?: (message: string) => void;
  /** Makes a new database where there is none: by default. */
  install?: boolean;
}

/**
 * The private MariaDB of a storage folder: on a unix socket, with its own data and nothing of a system's MariaDB. It
 * starts with the first process that acquires it and ends with the last that releases it; processes that died without
 * a release do not count. A server that ends in between is started again by those that hold it.
 */
export class EmbeddedDatabase {
  private readonly storageDir: string;
  private readonly onEvent: (message: string) => void;
  private readonly install: boolean;
  private held: Promise<DatabaseAddress> | null = null;
  private left: Promise<void> = Promise.resolve();
  private presence: Presence | null = null;
  private returning: Promise<void> | null = null;
  private leaving = new AbortController();

  constructor(storageDir: string, options: EmbeddedDatabaseOptions = {}) {
    this.storageDir = resolve(storageDir);
    this.onEvent = options.onEvent ?? (() => undefined);
    this.install = options.install ?? true;
  }

  /**
   * Starts the server unless it runs, and counts this process as a user of it. A second call without a release in
   * between gives the same address. Throws `DatabaseUnavailableError`.
   */
  acquire(): Promise<DatabaseAddress> {
    if (this.held === null) {
      const attempt = this.left
        .catch(() => undefined)
        .then(() => {
          this.leaving = new AbortController();
          return this.join();
        });
      this.held = attempt;
      attempt.catch(() => {
        if (this.held === attempt) this.held = null;
      });
    }
    return this.held;
  }

  /**
   * Leaves the database; the last to leave shuts the server down and waits until it has gone. Close other connections
   * first. Does nothing when nothing is held. Throws `DatabaseUnavailableError` when the server does not end.
   */
  release(): Promise<void> {
    if (this.held !== null) this.left = this.leave(this.held);
    this.held = null;
    return this.left;
  }

  private async leave(held: Promise<DatabaseAddress>): Promise<void> {
    const address = await held.catch(() => null);
    if (address === null) return;
    this.leaving.abort();
    await this.returning;
    const { presence } = this;
    this.presence = null;
    if (!this.hasData()) {
      // Somebody removed the folder under us; what still runs must end all the same.
      await presence?.shutDownServer();
      return;
    }
    await this.underLock(async (layout) => {
      const present = presence ?? (await Presence.connect(placeSocket(layout), address.user, layout.data));
      if (present !== null) await turnOffOrLeave(present, layout);
    });
  }

  private async join(): Promise<DatabaseAddress> {
    // Before anything is made there.
    this.refuseToInstall();
    return this.underLock(async (layout) => {
      this.refuseToInstall();
      const user = systemUser();
      await installDataDirectory(layout, user);
      removeUnfinished(layout.root);
      const socketPath = placeSocket(layout);
      for (let attempt = 1; ; attempt++) {
        const presence = await connectOrStart(layout, socketPath, user);
        try {
          await presence.makeSureOf(DATABASE);
          await presence.establish(() => {
            this.returning = this.comeBack();
          });
          this.presence = presence;
          return addressOn(socketPath, user);
        } catch (error) {
          // A server that was told to end by a process that died over it answers until it ends.
          if (presence.isConnected() || attempt === 3) {
            await turnOffOrLeave(presence, layout);
            throw error;
          }
        }
      }
    });
  }

  /** The server ended under us: starts it again, or joins the one that another process started, until we leave. */
  private async comeBack(): Promise<void> {
    this.presence = null;
    if (this.isLeaving()) return;
    this.onEvent(`The embedded database under ${this.storageDir} has ended: starting it again.`);
    for (let pause = 500; !this.isLeaving(); pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      if (!this.hasData()) {
        this.onEvent(`The embedded database under ${this.storageDir} has been removed: it is not started again.`);
        return;
      }
      try {
        await this.join();
        this.onEvent(`The embedded database under ${this.storageDir} is back.`);
        return;
      } catch (error) {
        this.onEvent(`${reasonOf(error)}.`);
      }
      await delay(pause, undefined, { signal: this.leaving.signal, ref: false }).catch(() => undefined);
    }
  }

  private refuseToInstall(): void {
    if (this.install || this.hasData()) return;
    throw new DatabaseUnavailableError(
      `There is no database in ${this.storageDir}: see whether STORAGE_DIR is right. There, npm start makes a new one, and ` +
        `npm run db:restore -- FILE brings back a backup or a copy.`,
    );
  }

  private isLeaving(): boolean {
    return this.leaving.signal.aborted;
  }

  private hasData(): boolean {
    return existsSync(join(this.storageDir, 'database', 'data'));
  }

  private async underLock<T>(work: (layout: EmbeddedLayout) => Promise<T>): Promise<T> {
    const layout = prepareLayout(this.storageDir);
    try {
      return await withFileLock(layout.comingAndGoing, () => work(layout), { waitMs: LOCK_WAIT_MS });
    } catch (error) {
      if (error instanceof DatabaseUnavailableError) throw error;
      if (error instanceof FileLockError) throw new DatabaseUnavailableError(error.message);
      throw new DatabaseUnavailableError(
        `The embedded database under ${layout.root} cannot be used: ${reasonOf(error)}.`,
      );
    }
  }
}

async function turnOffOrLeave(presence: Presence, layout: EmbeddedLayout): Promise<void> {
  // A connection that broke just now has nobody left to count: the server is gone or belongs to those who stay.
  const others = await presence.countOthers().catch(() => null);
  if (others !== 0) {
    await presence.leave();
    return;
  }
  await presence.shutDownServer();
  try {
    await withFileLock(layout.alive, () => undefined, { waitMs: STOP_MS });
  } catch (error) {
    if (!(error instanceof FileLockError)) throw error;
    throw new DatabaseUnavailableError(
      `The embedded database under ${layout.root} has not ended within ${STOP_MS / 1000} s: see ${layout.log}.`,
    );
  }
  forgetSocket(layout);
}

function addressOn(socketPath: string, user: string): DatabaseAddress {
  return { user, database: DATABASE, socketPath, hosts: [] };
}

/** A connection to the running server, which is started where none runs. */
async function connectOrStart(layout: EmbeddedLayout, socketPath: string, user: string): Promise<Presence> {
  const deadline = performance.now() + START_MS;
  let started: StartedServer | null = null;
  while (performance.now() < deadline) {
    const presence = await Presence.connect(socketPath, user, layout.data);
    if (presence !== null) return presence;
    const end = started?.ended() ?? null;
    if (end !== null && end.log !== '') {
      const reason = lastErrorIn(end.log) ?? 'it gives no reason';
      throw new DatabaseUnavailableError(`The embedded database does not start: ${reason} (see ${layout.log}).`);
    }
    // One that holds its lock and does not answer is still starting, or going down.
    if ((started === null || end !== null) && !(await isFileLocked(layout.alive))) {
      const full = await fullDisk(layout.data, 'the embedded database');
      if (full !== null) throw new DatabaseUnavailableError(full);
      started = startServer(layout, socketPath);
    }
    await delay(POLL_MS);
  }
  throw new DatabaseUnavailableError(
    `The embedded database under ${layout.root} has not answered within ${START_MS / 1000} s: see ${layout.log}.`,
  );
}
