import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EmbeddedDatabase } from '../database/embedded/embedded';
import { isFileLocked } from '../database/host/file-lock';

/** The server, as `npm start` runs it. */
const SERVER = path.join(__dirname, '..', 'main.js');
const PASSWORD = /The first administrator is (\S+) with the password (\S+)/;
const READY = /Motorpool is ready at (\S+)\/graphql/;
const POLL_MS = 50;

/** A server of its own, with a database of its own, in a folder of its own. */
interface Instance {
  url: string;
  admin: { email: string; password: string };
  startedInMs: number;
  /** Ends the server and its database, a backup that runs included, and removes the folder. */
  remove(): Promise<void>;
}

/**
 * Starts it and waits until it is ready.
 * @param signal gives up waiting
 * @throws Error with the server's own last words where it does not start; nothing is left of it then
 */
export async function startInstance(signal: AbortSignal): Promise<Instance> {
  const begun = performance.now();
  const folder = await mkdtemp(path.join(tmpdir(), 'motorpool-demo-'));
  const storageDir = path.join(folder, 'storage');
  // None of this process's settings, no `.env` either, and out of reach of a Ctrl-C in the terminal: the server is
  // told to end when we have stopped asking it.
  const server = spawn(process.execPath, [SERVER], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, TMPDIR: tmpdir(), STORAGE_DIR: storageDir, PORT: '0', LOG_LEVEL: 'error' },
  });
  const ended = once(server, 'close').catch(() => undefined);
  const remove = async (): Promise<void> => {
    server.kill('SIGTERM');
    await ended;
    await endDatabase(storageDir);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const output = await readUntilReady(server, signal);
    const [, email = '', password = ''] = PASSWORD.exec(output) ?? [];
    const [, url = ''] = READY.exec(output) ?? [];
    return { url, admin: { email, password }, startedInMs: performance.now() - begun, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function readUntilReady({ stdout, stderr }: ChildProcess, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    let complaints = '';
    signal.addEventListener('abort', () => {
      reject(new Error('No longer wanted.'));
    });
    stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (READY.test(output)) resolve(output);
    });
    stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    stdout?.on('close', () => {
      reject(new Error(`The server did not start: ${complaints.trim().split('\n').at(-1) ?? ''}`));
    });
  });
}

/** A server that died left its database running, and perhaps a backup, which ends by itself and then leaves too. */
async function endDatabase(storageDir: string): Promise<void> {
  const root = path.join(storageDir, 'database');
  while (existsSync(path.join(root, 'data')) && (await isFileLocked(path.join(root, 'server.lock')))) {
    const database = new EmbeddedDatabase(storageDir);
    await database.acquire();
    await database.release();
    await pause(POLL_MS);
  }
}
