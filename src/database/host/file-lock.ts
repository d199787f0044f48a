import { spawn, type ChildProcess, type ChildProcessByStdio, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf, reasonOf } from '../connection/errors';
import { findProgram } from './programs';

/*
 * Locks that the kernel gives back when their holder dies, however it dies. Node.js cannot call flock(2): on Linux the
 * program `flock` does, and lives for as long as our end of its standard input is open; macOS locks while it opens.
 */

/** A lock cannot be had. The message is one sentence that names the file. */
export class FileLockError extends Error {
  override readonly name = 'FileLockError';
}

const O_EXLOCK = 0x20;
const RETRY_MS = 20;

type Release = () => Promise<void>;
type LockHolder = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Runs `work` while holding the exclusive lock of the file `path`, which is created with mode 0600 when it is missing.
 * Holders exclude each other within a process and between processes; the lock is free again once this has settled.
 * Throws `FileLockError` when the lock cannot be had, also after `waitMs` milliseconds (default: waits without end), and
 * the reason of `signal` when that is aborted while it waits.
 */
export async function withFileLock<T>(
  path: string,
  work: () => Promise<T> | T,
  { waitMs, signal }: { waitMs?: number; signal?: AbortSignal | undefined } = {},
): Promise<T> {
  signal?.throwIfAborted();
  const lockIt = process.platform === 'linux' ? lockWithProgram : lockOnOpen;
  const release = await lockIt(path, waitMs, signal);
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Whether somebody holds the lock of the file `path` at this moment. */
export async function isFileLocked(path: string): Promise<boolean> {
  if (process.platform !== 'linux') {
    const descriptor = tryOpenLocked(path);
    if (descriptor !== null) closeSync(descriptor);
    return descriptor === null;
  }
  touch(path);
  const child = spawn(requireFlock(), ['-n', path, requireHelper('true')], { stdio: 'ignore', cwd: '/' });
  await once(child, 'exit');
  return child.exitCode !== 0;
}

/**
 * Starts a program, in a session of its own, that holds the lock of the file `path` until it ends. Where the lock is
 * taken already the program is not run: the child then ends with exit status 1 and has written nothing.
 */
export function spawnHoldingLock(
  path: string,
  program: string,
  args: readonly string[],
  options: { output: number; cwd: string; env: NodeJS.ProcessEnv },
): ChildProcess {
  const { output, cwd, env } = options;
  const stdio: StdioOptions = ['ignore', output, output];
  if (process.platform === 'linux') {
    touch(path);
    return spawn(requireFlock(), ['-n', path, program, ...args], { stdio, cwd, env, detached: true });
  }
  const descriptor = tryOpenLocked(path);
  if (descriptor === null) return spawn(requireHelper('false'), { stdio: 'ignore' });
  try {
    // The lock belongs to the open file, which the program inherits and never touches.
    return spawn(program, args, { stdio: [...stdio, descriptor], cwd, env, detached: true });
  } finally {
    closeSync(descriptor);
  }
}

async function lockWithProgram(path: string, waitMs?: number, signal?: AbortSignal): Promise<Release> {
  touch(path);
  // `cat` runs once the lock is held: the byte that it sends back is the proof. In a session of its own, since a
  // Ctrl-C in the terminal must not take the lock away from a program that is still cleaning up.
  const holder = spawn(requireFlock(), ['-x', path, requireHelper('cat')], { detached: true, cwd: '/' });
  const ended = once(holder, 'close');
  ended.catch(() => undefined);
  holder.stdin.on('error', () => undefined);
  holder.stdin.write('\n');
  const outcome = await waitForLock(holder, waitMs, signal);
  const release = async (): Promise<void> => {
    holder.stdin.end();
    await ended.catch(() => undefined);
  };
  if (outcome === null) return release;
  holder.kill();
  await release();
  signal?.throwIfAborted();
  throw outcome === '' ? new FileLockError(heldTooLong(path, waitMs)) : cannotLock(path, outcome);
}

/** Null once the lock is held; otherwise why not, where an empty text means that time is up, or nobody waits any more. */
function waitForLock(holder: LockHolder, waitMs?: number, signal?: AbortSignal): Promise<string | null> {
  return new Promise((resolve) => {
    let complaint = '';
    const timer = waitMs === undefined ? undefined : setTimeout(resolve, waitMs, '');
    const settle = (outcome: string | null): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abandon);
      resolve(outcome);
    };
    const abandon = (): void => {
      settle('');
    };
    signal?.addEventListener('abort', abandon);
    holder.stdout.once('data', () => {
      settle(null);
    });
    holder.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    holder.once('error', (error) => {
      settle(error.message);
    });
    holder.once('close', () => {
      settle(complaint.trim() || 'flock ended early');
    });
  });
}

async function lockOnOpen(path: string, waitMs = Infinity, signal?: AbortSignal): Promise<Release> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const descriptor = tryOpenLocked(path);
    if (descriptor !== null) {
      return () => {
        closeSync(descriptor);
        return Promise.resolve();
      };
    }
    if (performance.now() >= deadline) throw new FileLockError(heldTooLong(path, waitMs));
    await delay(RETRY_MS);
    signal?.throwIfAborted();
  }
}

function tryOpenLocked(path: string): number | null {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | O_EXLOCK, 0o600);
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return null;
    throw cannotLock(path, error);
  }
}

function heldTooLong(path: string, waitMs = 0): string {
  return `Another process has held the lock ${path} for more than ${waitMs / 1000} s: wait for it or end it.`;
}

function touch(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    throw cannotLock(path, error);
  }
}

function cannotLock(path: string, reason: unknown): FileLockError {
  return new FileLockError(`The lock ${path} cannot be taken: ${reasonOf(reason)}.`);
}

function requireFlock(): string {
  return requireHelper('flock');
}

function requireHelper(name: string): string {
  const path = findProgram([name]);
  if (path === null) throw new FileLockError(`The program ${name} is missing: install util-linux and coreutils.`);
  return path;
}
