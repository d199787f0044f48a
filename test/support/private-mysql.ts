import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mysql from 'mysql2/promise';
import { waitFor } from './wait';

/** What `npm run test:engines` tells of the MySQL that it has installed. */
interface Installed {
  program: string;
  options: string[];
  /** The files of a new server, to copy. */
  template: string;
  /** The name and the password of an account that may do everything. */
  account: string;
}

/** A MySQL of one test's own, on loopback: over TCP, and on a unix socket. */
export class PrivateMysql {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'mysql-'));
  private readonly installed: Installed;
  private server: ChildProcess | null = null;
  private port = 0;

  constructor() {
    const told = process.env.TEST_PRIVATE_MYSQL;
    if (told === undefined) throw new Error('A MySQL of its own is for npm run test:engines.');
    this.installed = JSON.parse(told) as Installed;
    cpSync(this.installed.template, this.at('data'), { recursive: true });
  }

  /** The path of a file beside the server's own. */
  at(name: string): string {
    return path.join(this.folder, name);
  }

  /** With the database "motorpool", for DATABASE_URL. */
  get url(): string {
    const { account } = this.installed;
    return `mysql://${account}:${account}@127.0.0.1:${this.port}/motorpool`;
  }

  get tcpPort(): number {
    return this.port;
  }

  /** Starts it where it does not run, as after a `kill`, and waits until it answers. */
  async start(extraOptions: readonly string[] = []): Promise<void> {
    if (this.server !== null && this.server.exitCode === null && this.server.signalCode === null) return;
    if (this.port !== 0) return this.startAt(this.port, extraOptions);
    this.port = await freePort();
    // Somebody else may have taken it since.
    await this.startAt(this.port, extraOptions).catch(async () => {
      this.port = await freePort();
      await this.startAt(this.port, extraOptions);
    });
  }

  private async startAt(port: number, extraOptions: readonly string[]): Promise<void> {
    const { program, options } = this.installed;
    const place = [`--datadir=${this.at('data')}`, `--socket=${this.at('s')}`, `--port=${port}`];
    const args = [...options, ...place, `--log-error=${this.at('log.err')}`, ...extraOptions];
    const server = spawn(program, args, { stdio: 'ignore' });
    this.server = server;
    try {
      await waitFor(
        'the private MySQL',
        () => {
          if (server.exitCode !== null) throw new Error(`it ended: ${readFileSync(this.at('log.err'), 'utf8')}`);
          return this.connect().then(
            (connection) =>
              connection.query('CREATE DATABASE IF NOT EXISTS motorpool').then(() => connection.end().then(() => true)),
            () => false,
          );
        },
        60_000,
      );
    } catch (error) {
      await this.end('SIGKILL');
      throw error;
    }
  }

  /** As the account that may do everything, in no database. */
  connect(): Promise<mysql.Connection> {
    const { account } = this.installed;
    return mysql.createConnection({ host: '127.0.0.1', port: this.port, user: account, password: account });
  }

  /** As a power cut would. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** It stands still, with all its connections open, or goes on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.server?.kill(signal);
  }

  async close(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { server } = this;
    if (server === null || server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once('close', resolve));
    server.kill(signal);
    await ended;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
      });
    });
  });
}
