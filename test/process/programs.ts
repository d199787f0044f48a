import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createConnection } from 'mysql2/promise';
import { lockName } from '../../src/backup/server/backup-lock';
import { connectionOptions } from '../../src/database/connection/connection-options';
import { embeddedAddress } from '../../src/database/embedded/embedded';
import { Client } from '../support/client';
import { isMariaDbServer } from '../support/database-process';
import { expectNoSecretIn, expectNoSecretInBackupLog } from '../support/logged';
import { allProcesses, type ProcessInfo } from '../support/processes';
import { program } from '../support/programs';
import { waitFor } from '../support/wait';

const clearing: (() => unknown)[] = [];

/** Ends and removes whatever the tests started, in the reverse order; call it after each test. */
export async function clearUp(): Promise<void> {
  for (let clear = clearing.pop(); clear !== undefined; clear = clearing.pop()) await clear();
}

/**
 * A folder for a STORAGE_DIR. Everything that is started for it bears its name in PATH, the one variable that all our
 * processes hand on: so none is missed that was left running.
 */
export function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'motorpool-process-'));
  clearing.push(async () => {
    await waitFor(`the end of what runs in ${folder}`, () => {
      const left = processesOf(folder);
      for (const { pid } of left) killIfThere(pid);
      return left.length === 0;
    });
    expectNoSecretInBackupLog(folder);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The processes that run for a folder. A child that is not its own program yet looks like its parent: it is left out. */
export function processesOf(folder: string): ProcessInfo[] {
  const all = allProcesses().filter(({ environment }) => environment.includes(`:${folder}`));
  return all.filter(({ parent, command }) => !all.some((other) => other.pid === parent && other.command === command));
}

export interface Ended {
  /** Null where a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** One run of a program, with what it has said so far. */
export class Running {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;
  private hasEnded = false;

  constructor(readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = new Promise<number | null>((resolve) => {
      child.once('close', resolve);
    }).then((code) => {
      this.hasEnded = true;
      expectNoSecretIn(this.stderr);
      return { code, stdout: this.stdout, stderr: this.stderr };
    });
  }

  get pid(): number {
    const { pid } = this.child;
    // A signal to process 0 would reach the tests themselves.
    if (pid === undefined) throw new Error('It has not started.');
    return pid;
  }

  /** Waits until it has printed that on standard output. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    const match = await waitFor(`${String(pattern)} on standard output`, () => {
      const found = pattern.exec(this.stdout);
      if (found !== null || !this.hasEnded) return found;
      throw new Error(`It ended and did not say ${String(pattern)}: ${this.stdout}${this.stderr}`);
    });
    return match;
  }

  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** Starts a built program, or another with `command`, in a folder and with no settings but these. */
export function start(
  folder: string,
  name: string,
  {
    args = [],
    settings = {},
    input = '',
    command = [process.execPath, program(name)],
    cwd = folder,
    detached = false,
  }: {
    args?: string[];
    settings?: Record<string, string>;
    input?: string;
    command?: string[];
    cwd?: string;
    /** In a process group of its own. */
    detached?: boolean;
  } = {},
): Running {
  const [file = '', ...first] = command;
  const child = spawn(file, [...first, ...args], {
    cwd,
    detached,
    env: {
      HOME: folder,
      PATH: `${process.env.PATH ?? ''}:${folder}`,
      STORAGE_DIR: path.join(folder, 'storage'),
      PORT: '0',
      // Only tests that mean it see a backup of what is no operation.
      BACKUP_CHANGES_WITHIN: '1h',
      ...settings,
    },
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Running(child);
}

/** Runs a program to its end. */
export function run(...request: Parameters<typeof start>): Promise<Ended> {
  return start(...request).ended;
}

export const ADMIN_PASSWORD = 'correct horse battery';

/** A running server, as `npm start` runs it. */
export class Server extends Running {
  url = '';

  /** @param command another way to start it */
  static async start(folder: string, settings: Record<string, string> = {}, command?: string[]): Promise<Server> {
    const { child } = start(folder, 'main', {
      settings: { ADMIN_PASSWORD, ...settings },
      ...(command === undefined ? {} : { command }),
    });
    const server = new Server(child);
    const [, url = ''] = await server.said(/^Motorpool is ready at (http:\S+)\/graphql, .*\n/m);
    server.url = url;
    return server;
  }

  signIn(): Promise<Client> {
    return Client.signIn(this.url, 'admin@example.com', ADMIN_PASSWORD);
  }
}

/** The names of the backups in a folder, oldest first, without the first one of a new pool. */
export function backupsIn(folder: string): string[] {
  const backups = path.join(folder, 'storage', 'app', 'backups');
  const isInitial = (name: string): boolean =>
    /"trigger":"INITIAL"/.test(readFileSync(path.join(backups, name), 'utf8'));
  try {
    return readdirSync(backups)
      .sort()
      .filter((name) => !isInitial(name));
  } catch {
    return [];
  }
}

/** The backup log; empty where there is none yet. */
export function backupLog(folder: string): string {
  const file = path.join(folder, 'storage', 'logs', 'backup.log');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Asks the running embedded database of a folder over one connection of its own, which the test's end closes. */
export async function openSql(folder: string): Promise<(sql: string, parameters?: unknown[]) => Promise<unknown>> {
  const connection = await createConnection(connectionOptions(embeddedAddress(path.join(folder, 'storage'))));
  connection.on('error', () => undefined);
  clearing.push(() => {
    connection.destroy();
  });
  return async (sql, parameters = []) => (await connection.query(sql, parameters))[0];
}

/** Keeps every backup of a folder's embedded database waiting. @returns what lets them go on */
export async function holdBackups(folder: string): Promise<() => Promise<void>> {
  const query = await openSql(folder);
  await query('SELECT GET_LOCK(?, 10)', [lockName('motorpool')]);
  return async () => {
    await query('SELECT RELEASE_LOCK(?)', [lockName('motorpool')]);
  };
}

/** The backup process that waits because of `holdBackups`; that of the first backup may take a moment to end. */
export async function waitingBackup(folder: string): Promise<ProcessInfo> {
  await waitFor('a backup that waits', () => /waiting for its end/.test(backupLog(folder)));
  return waitFor('the one backup process', () => {
    const [worker, ...others] = processesOf(folder).filter(({ command }) => command.includes('backup-worker'));
    return others.length === 0 && worker !== undefined && worker;
  });
}

/** The server processes of a folder's embedded database: one, where it runs; not the servers of its proofs. */
export function databasesOf(folder: string): number[] {
  return processesOf(folder)
    .filter(({ command }) => isMariaDbServer(command.split(' ')) && / --datadir=\S*\/database\/data /.test(command))
    .map(({ pid }) => pid);
}

export function databaseOf(folder: string): number | undefined {
  return databasesOf(folder)[0];
}
