import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mysql from 'mysql2/promise';
import type { DatabaseAddress } from '../../src/database/connection/address';
import { connectionOptions } from '../../src/database/connection/connection-options';
import { EmbeddedDatabase } from '../../src/database/embedded/embedded';
import { prepareLayout } from '../../src/database/embedded/layout';
import { withFileLock } from '../../src/database/host/file-lock';
import { FAMILY } from './engine';
import { PrivateMysql } from './private-mysql';
import { waitFor } from './wait';

/**
 * A database server of one test's own, of the family under test, for what would disturb others: killing it, or settings
 * of the whole server.
 */
export interface PrivateDatabaseServer {
  /** For DATABASE_URL. */
  readonly url: string;
  /** As a power cut would; it stays away until `startAgain`. */
  kill(): Promise<void>;
  /** Lets it stand still with all its connections open, as a disk does that hangs. @returns what lets it go on */
  freeze(): Promise<() => void>;
  /** After a `kill`: another server over the same data. Does nothing where it runs. */
  startAgain(): Promise<void>;
  close(): Promise<void>;
}

export async function startPrivateDatabaseServer(): Promise<PrivateDatabaseServer> {
  return FAMILY === 'mysql' ? startMysql() : PrivateMariaDb.start();
}

async function startMysql(): Promise<PrivateDatabaseServer> {
  const server = new PrivateMysql();
  await server.start();
  return {
    url: server.url,
    kill: () => server.kill(),
    freeze: () => {
      server.signal('SIGSTOP');
      return Promise.resolve(() => {
        server.signal('SIGCONT');
      });
    },
    startAgain: () => server.start(),
    close: () => server.close(),
  };
}

class PrivateMariaDb implements PrivateDatabaseServer {
  /** Lets the database come back by itself after a `kill`. */
  private letGo = (): void => undefined;
  private kept: Promise<void> = Promise.resolve();

  private constructor(
    private readonly storageDir: string,
    private readonly embedded: EmbeddedDatabase,
    private readonly address: DatabaseAddress,
  ) {}

  static async start(): Promise<PrivateDatabaseServer> {
    const storageDir = await mkdtemp(path.join(tmpdir(), 'motorpool-server-'));
    const embedded = new EmbeddedDatabase(storageDir);
    return new PrivateMariaDb(storageDir, embedded, await embedded.acquire());
  }

  get url(): string {
    const { user, socketPath = '', database } = this.address;
    return `mysql://${encodeURIComponent(user)}@localhost/${database}?socketPath=${encodeURIComponent(socketPath)}`;
  }

  async kill(): Promise<void> {
    const pid = await this.pid();
    await this.keepAway();
    process.kill(pid, 'SIGKILL');
    await waitFor('the end of the database server', () => !isAlive(pid));
  }

  async freeze(): Promise<() => void> {
    const pid = await this.pid();
    process.kill(pid, 'SIGSTOP');
    return () => {
      process.kill(pid, 'SIGCONT');
    };
  }

  private async pid(): Promise<number> {
    const connection = await mysql.createConnection(connectionOptions(this.address));
    const [rows] = await connection.query('SELECT @@pid_file AS pid_file, @@datadir AS datadir');
    const [{ pid_file: file, datadir }] = rows as [{ pid_file: string; datadir: string }];
    connection.destroy();
    return Number(await readFile(path.resolve(datadir, file), 'utf8'));
  }

  async startAgain(): Promise<void> {
    this.letGo();
    await this.kept;
    await waitFor('the database server', () => this.pid().catch(() => null), 60_000);
  }

  async close(): Promise<void> {
    this.letGo();
    await this.kept;
    await this.embedded.release();
    await rm(this.storageDir, { recursive: true, force: true });
  }

  /** Whoever starts it takes this lock first. */
  private async keepAway(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const untilLetGo = (): Promise<void> =>
        new Promise((letGo) => {
          this.letGo = letGo;
          resolve();
        });
      this.kept = withFileLock(prepareLayout(this.storageDir).comingAndGoing, untilLetGo);
      this.kept.catch(reject);
    });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
