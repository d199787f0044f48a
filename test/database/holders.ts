import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { DatabaseAddress } from '../../src/database/connection/address';
import { EmbeddedDatabase } from '../../src/database/embedded/embedded';
import { isMariaDbServer } from '../support/database-process';

/** Another process that acquires the embedded database of a folder, through test/database/holder.mjs. */
export class Holder {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly lines: AsyncIterator<string>;
  private readonly reader: Interface;
  readonly exited: Promise<unknown>;

  constructor(storageDir: string, env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, [join(__dirname, 'holder.mjs'), storageDir], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
      // A process group of its own, as a shell gives to each command.
      detached: true,
    });
    this.exited = once(this.child, 'exit');
    this.reader = createInterface({ input: this.child.stdout });
    this.lines = this.reader[Symbol.asyncIterator]();
  }

  /** The address that it holds. */
  async acquired(): Promise<DatabaseAddress> {
    return JSON.parse(await this.nextLine()) as DatabaseAddress;
  }

  async release(): Promise<void> {
    this.child.stdin.write('release\n');
    expect(JSON.parse(await this.nextLine())).toBe('released');
    await this.exited;
  }

  /** Lets it run to its end without a release. */
  async forget(): Promise<void> {
    this.child.stdin.write('forget\n');
    await this.exited;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Ends it with all processes of its group, as a terminal or a supervisor does. */
  async endGroup(): Promise<void> {
    process.kill(-(this.child.pid ?? 0), 'SIGTERM');
    await this.exited;
  }

  private async nextLine(): Promise<string> {
    const line = await this.lines.next();
    if (line.done === true) throw new Error('The holder ended without an answer.');
    return line.value;
  }
}

/** Of each storage folder: the temporary folder that it lies in. */
const folders = new Map<string, string>();
let installed: string;

/** Installs a database once for all tests of a file; `storageWithData` copies it. */
export async function installOnce(): Promise<void> {
  installed = newStorage();
  const database = new EmbeddedDatabase(installed);
  await database.acquire();
  await database.release();
}

/** A storage folder with an installed database, for tests that do not look at the installation. */
export function storageWithData(): string {
  const storage = newStorage();
  mkdirSync(storage, { recursive: true });
  cpSync(join(installed, 'database/data'), join(storage, 'database/data'), { recursive: true });
  return storage;
}

/** A new folder with the given name, which `cleanUp` removes with the server that may still run in it. */
export function newStorage(name = 'storage'): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'embedded-')));
  folders.set(join(folder, name), folder);
  return join(folder, name);
}

export async function cleanUp(): Promise<void> {
  for (const [storage, folder] of folders) {
    const pid = serverPid(storage);
    if (pid !== null) {
      process.kill(pid, 'SIGKILL');
      await until(() => !isRunning(pid));
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The id of the server process of a storage folder; null when none runs. */
export function serverPid(storageDir: string): number | null {
  const file = join(storageDir, 'database/data/mariadbd.pid');
  if (!existsSync(file)) return null;
  const pid = Number(readFileSync(file, 'utf8'));
  return isRunning(pid) ? pid : null;
}

export function pidOf(storageDir: string): number {
  const pid = serverPid(storageDir);
  if (pid === null) throw new Error(`No server runs under ${storageDir}.`);
  return pid;
}

/** The ids of the MariaDB servers that name a storage folder in their command line. */
export function serversOf(storageDir: string): number[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.filter((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return isMariaDbServer(command) && command.some((arg) => arg.includes(storageDir));
    } catch {
      return false;
    }
  });
}

export function isRunning(pid: number): boolean {
  try {
    // A killed process stays in the table until its parent has asked for its status.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Waits for a condition; the test's own time-out is the bound. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5);
}

export async function query(address: DatabaseAddress, sql: string): Promise<RowDataPacket[]> {
  const { user, database, socketPath } = address;
  const connection = await createConnection({ user, database, socketPath });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    await connection.end();
  }
}
