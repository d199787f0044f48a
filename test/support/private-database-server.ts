import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mysql from 'mysql2/promise';
import type { DatabaseAddress } from '../../src/database/address';
import { connectionOptions } from '../../src/database/connection-options';
import { EmbeddedDatabase } from '../../src/database/embedded';
import { waitFor } from './wait';

/** A database server of one test's own, for what would disturb others: killing it, or settings of the whole server. */
export class PrivateDatabaseServer {
  private constructor(
    private readonly storageDir: string,
    private embedded: EmbeddedDatabase,
    private readonly address: DatabaseAddress,
  ) {}

  static async start(): Promise<PrivateDatabaseServer> {
    const storageDir = await mkdtemp(path.join(tmpdir(), 'motorpool-server-'));
    const embedded = new EmbeddedDatabase(storageDir);
    return new PrivateDatabaseServer(storageDir, embedded, await embedded.acquire());
  }

  /** For DATABASE_URL. */
  get url(): string {
    const { user, socketPath = '', database } = this.address;
    return `mysql://${encodeURIComponent(user)}@localhost/${database}?socketPath=${encodeURIComponent(socketPath)}`;
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    const connection = await mysql.createConnection(connectionOptions(this.address));
    const [rows] = await connection.query('SELECT @@pid_file AS pid_file, @@datadir AS datadir');
    const [{ pid_file: file, datadir }] = rows as [{ pid_file: string; datadir: string }];
    const pid = Number(await readFile(path.resolve(datadir, file), 'utf8'));
    connection.destroy();
    process.kill(pid, 'SIGKILL');
    await waitFor('the end of the database server', () => !isAlive(pid));
  }

  /** After a `kill`: another server over the same data. */
  async startAgain(): Promise<void> {
    this.embedded = new EmbeddedDatabase(this.storageDir);
    await this.embedded.acquire();
  }

  async close(): Promise<void> {
    await this.embedded.release();
    await rm(this.storageDir, { recursive: true, force: true });
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
