import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backupSettings, type BackupSettings } from '../../src/backup/core/settings';
import type { DatabaseAddress } from '../../src/database/connection/address';
import { parseDatabaseUrl } from '../../src/database/connection/url';
import { startPrivateDatabaseServer, type PrivateDatabaseServer } from '../support/private-database-server';
import { waitFor } from '../support/wait';
import type { Step, Victim } from './plan';

export const ADMIN = { email: 'admin@example.com', password: 'correct horse battery' };
/** Few: rotation shall have something to do in every round. */
export const KEEP = 3;
const STOP_MS = 10_000;

/** A database server, a server and its backup processes, over data that outlive them all. */
export class CrashPool {
  url = '';
  private server: ChildProcess | null = null;
  private serverLog = '';

  private constructor(
    private readonly folder: string,
    private readonly database: PrivateDatabaseServer,
  ) {}

  static async open(): Promise<CrashPool> {
    const folder = mkdtempSync(path.join(tmpdir(), 'motorpool-crash-'));
    mkdirSync(path.join(folder, 'control'));
    const pool = new CrashPool(folder, await startPrivateDatabaseServer());
    await pool.startServer();
    return pool;
  }

  get address(): DatabaseAddress {
    const address = parseDatabaseUrl(this.database.url);
    if (typeof address === 'string') throw new Error(address);
    return address;
  }

  get settings(): BackupSettings {
    return backupSettings(this.storageDir, { keep: KEEP, verify: 'restore' });
  }

  /** For the programs of the command line. */
  get environment(): Record<string, string> {
    return {
      PATH: process.env.PATH ?? '',
      DATABASE_URL: this.database.url,
      STORAGE_DIR: this.storageDir,
      BACKUP_KEEP: String(KEEP),
      // A round that broke a rule waits until no file of it is kept any more.
      BACKUP_REACH: '0',
    };
  }

  /** Makes the first process that gets to the step stand still there. */
  standAt(step: Step): void {
    rmSync(this.control('reached'), { force: true });
    writeFileSync(this.control('stand-at'), step);
  }

  isStanding(): boolean {
    return existsSync(this.control('reached'));
  }

  /** Lets go whoever stands still and is still there. */
  letGo(): void {
    for (const name of ['stand-at', 'reached']) rmSync(this.control(name), { force: true });
  }

  /** The backup process that runs now. */
  worker(): number | null {
    return this.process('worker');
  }

  /** The proof process that runs now. */
  prover(): number | null {
    return this.process('prover');
  }

  /** The private server that a proof restores on now. */
  proofServer(): number | null {
    const folder = this.settings.proofServerDirectory;
    try {
      const run = readdirSync(folder).find((name) => name.startsWith('run-')) ?? '';
      const pid = Number(readFileSync(path.join(folder, run, 'pid'), 'utf8'));
      return pid > 0 && isRunning(pid, path.join(folder, run)) ? pid : null;
    } catch {
      return null;
    }
  }

  private process(name: 'worker' | 'prover'): number | null {
    try {
      const pid = Number(readFileSync(this.control(name), 'utf8'));
      return pid > 0 && isRunning(pid, `${name}.mjs`) ? pid : null;
    } catch {
      return null;
    }
  }

  /** SIGKILL. @returns false where there was no such process of a backup or a proof to kill any more */
  async kill(victim: Victim): Promise<boolean> {
    const workers = [this.worker(), this.prover()].filter((pid) => pid !== null);
    const proofServer = this.proofServer();
    if (victim === 'backup' && workers.length === 0) return false;
    if (victim === 'proof server' && proofServer === null) return false;
    if (victim === 'proof server' && proofServer !== null) killNow(proofServer);
    if (victim === 'backup' || victim === 'everything') workers.forEach(killNow);
    if (victim === 'server' || victim === 'everything') this.server?.kill('SIGKILL');
    if (victim === 'database' || victim === 'everything') await this.database.kill();
    return true;
  }

  /** What a supervisor does: starts the database and the server again, as often as it takes. */
  async restart(): Promise<void> {
    await this.database.startAgain();
    if (this.server === null) return;
    const { server } = this;
    if (server.exitCode === null && server.signalCode === null && !server.killed) return;
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    await this.startServer();
  }

  /** Stops everything; what does not end in time, as after a failure, is killed. */
  async close(): Promise<void> {
    this.letGo();
    const { server } = this;
    if (server?.exitCode === null && server.signalCode === null) {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      const timer = setTimeout(() => {
        server.kill('SIGKILL');
      }, STOP_MS);
      await ended;
      clearTimeout(timer);
    }
    for (const pid of [this.worker(), this.prover()]) if (pid !== null) killNow(pid);
    await this.database.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async startServer(): Promise<void> {
    await waitFor(
      'the server to start',
      async () => {
        const server = this.spawnServer();
        this.server = server;
        let output = '';
        const ready = new Promise<string>((resolve) => {
          server.stdout?.on('data', (data: Buffer) => {
            output += data.toString();
            const url = /ready at (\S+)\/graphql,/.exec(output)?.[1];
            if (url !== undefined) resolve(url);
          });
        });
        this.url = await Promise.race([ready, once(server, 'exit').then(() => '')]);
        return this.url !== '';
      },
      30_000,
    ).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}: ${this.serverLog.slice(-2000)}`);
    });
  }

  private spawnServer(): ChildProcess {
    const server = spawn(process.execPath, [path.join(__dirname, 'server.mjs')], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...this.environment,
        PORT: '0',
        ADMIN_EMAIL: ADMIN.email,
        ADMIN_PASSWORD: ADMIN.password,
        LOG_LEVEL: 'warn',
      },
    });
    server.stderr.on('data', (data: Buffer) => (this.serverLog += data.toString()));
    return server;
  }

  private get storageDir(): string {
    return path.join(this.folder, 'storage');
  }

  private control(name: string): string {
    return path.join(this.folder, 'control', name);
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in this moment.
  }
}

/** Whether that very program still has the process id: one that ended may linger, and ids are given out again. */
function isRunning(pid: number, program: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(program);
  } catch {
    return false;
  }
}
