import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { cp, mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DatabaseAddress } from '../../database/connection/address';
import { forgetSocket, placeSocket } from '../../database/embedded/layout';
import { cleanEnvironment, lastErrorIn } from '../../database/embedded/server';
import { clientPrefix, lowerPriority, signalGroup } from '../client/child-process';
import { reasonOf } from '../core/errors';
import { isFull } from '../../database/host/free-space';
import { openSession } from '../server/session';
import type { Account } from './definers';
import { ProofImpossible } from './proof';
import type { ServerProgram } from './server-program';
import { firstStatements, serverArguments } from './server-options';
import { dataTemplate, RUN } from './server-template';

/** A first start on a slow disk. */
const START_MS = 60_000;
const POLL_MS = 10;
/** Between the break of a connection and the end of the server that broke it. */
const ENDING_MS = 200;
const USER = 'motorpool_proof';

interface PrivateServerRequest {
  program: ServerProgram;
  /** Holds everything of it; the caller holds the lock of that folder. */
  folder: string;
  /** The name of the empty database. */
  database: string;
  /** The accounts in whose names its definitions run. */
  definers: readonly Account[];
  signal: AbortSignal;
}

/**
 * Runs `work` with a database server that has one empty database and has never held anything else. It listens on a unix
 * socket alone, dies with this process, and leaves nothing behind.
 * @throws ProofImpossible where it does not start, or ended in between
 */
export async function withPrivateServer<Result>(
  request: PrivateServerRequest,
  work: (address: DatabaseAddress) => Promise<Result>,
): Promise<Result> {
  const { folder, program, signal } = request;
  await clearLeftOvers(folder);
  const template = await dataTemplate(folder, program);
  const run = await mkdtemp(path.join(folder, RUN));
  try {
    await cp(template, path.join(run, 'data'), { recursive: true, mode: constants.COPYFILE_FICLONE });
    await mkdir(path.join(run, 'tmp'), { mode: 0o700 });
    const server = await PrivateServer.start(run, request);
    try {
      await server.answers(signal);
    } catch (error) {
      await server.stop();
      // It may be what a power cut left of the template: the next proof makes it again.
      if (!signal.aborted) await rm(template, { recursive: true, force: true });
      throw error;
    }
    try {
      return await work(server.address);
    } catch (error) {
      throw (await server.whyEnded(ENDING_MS)) ?? error;
    } finally {
      await server.stop();
    }
  } finally {
    await remove(run);
  }
}

/** What killed predecessors left. Their servers died with them. */
async function clearLeftOvers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(RUN) || name.endsWith('.cnf')) await remove(path.join(folder, name));
  }
}

/** Never throws: the next proof removes what is left. */
async function remove(run: string): Promise<void> {
  try {
    forgetSocket(socketPlace(run));
    await rm(run, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  } catch {
    // A server that was killed a moment ago may still hold a file of it.
  }
}

const socketPlace = (run: string) => ({ root: run, shortcut: path.join(run, 'socket') });

class PrivateServer {
  private readonly ended: Promise<unknown>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly log: string,
    readonly address: DatabaseAddress,
  ) {
    this.ended = once(child, 'close').catch(() => undefined);
  }

  static async start(run: string, request: PrivateServerRequest): Promise<PrivateServer> {
    const { program, database } = request;
    const socketPath = placeSocket(socketPlace(run));
    const password = randomBytes(24).toString('hex');
    const [init, log] = [path.join(run, 'init.sql'), path.join(run, 'log')];
    await writeFile(init, firstStatements(program, request, { user: USER, password }), { mode: 0o600 });
    const parts = [...(await clientPrefix({ largeWrites: false })), program.path];
    const [command, ...prefix] = [parts[0] ?? program.path, ...parts.slice(1)];
    const output = await open(log, 'a', 0o600);
    try {
      const child = spawn(command, [...prefix, ...serverArguments(program, run, socketPath, init)], {
        stdio: ['ignore', output.fd, output.fd],
        cwd: path.join(run, 'data'),
        // One heap for all threads: each thread's own would count some MiB.
        env: { ...cleanEnvironment(), MALLOC_ARENA_MAX: '1' },
        // A Ctrl-C in the terminal ends this process, which then ends the server.
        detached: true,
      });
      lowerPriority(child);
      return new PrivateServer(child, log, { user: USER, password, database, socketPath, hosts: [] });
    } finally {
      await output.close();
    }
  }

  /** Waits until it answers. @throws ProofImpossible */
  async answers(signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + START_MS;
    let failure: unknown;
    while (performance.now() < deadline) {
      const why = await this.whyEnded();
      if (why !== null) throw why;
      try {
        (await openSession(this.address, { signal })).close();
        return;
      } catch (error) {
        failure = error;
      }
      await pause(POLL_MS, undefined, { signal });
    }
    throw new ProofImpossible(`The private proof server does not answer: ${reasonOf(failure)}.`);
  }

  /** @param waitMs a connection breaks a moment before the end of its server is known. Null while it runs */
  async whyEnded(waitMs = 0): Promise<ProofImpossible | null> {
    const hasEnded = this.ended.then(() => true);
    if (!(await Promise.race([hasEnded, pause(waitMs, false)]))) return null;
    // The server says which of its files could not grow, not why.
    const run = path.dirname(this.log);
    if (await isFull(run)) return new ProofImpossible(`The disk that holds ${run} is full: free some space there.`);
    const reason = lastErrorIn(await readFile(this.log, 'utf8').catch(() => ''));
    const { signalCode } = this.child;
    const why = reason ?? (signalCode === null ? 'it gives no reason' : `it was ended by ${signalCode}`);
    return new ProofImpossible(`The private proof server does not run: ${why}.`);
  }

  /** At once and for good: nothing of what it holds is needed again. */
  async stop(): Promise<void> {
    signalGroup(this.child, 'SIGKILL');
    await this.ended;
  }
}
