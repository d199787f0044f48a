import { realpathSync } from 'node:fs';
import { createConnection as connectSocket, type Socket } from 'node:net';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { codeOf, DatabaseUnavailableError, reasonOf } from '../connection/errors';
import { useDatabase } from '../connection/use-database';

/*
 * A process that uses the embedded database is present: it keeps one connection that holds the named lock
 * `motorpool.presence.<connection id>`. The server drops connection and lock when the process dies, so that counting
 * these locks counts the living, and nothing has to be cleared after a crash.
 */

const LOCK_OF_THIS = `CONCAT('motorpool.presence.', CONNECTION_ID())`;

/** Errors of a server that answers and will not have us: waiting does not help. */
const REFUSALS = new Set(['ER_ACCESS_DENIED_ERROR', 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR', 'ER_HOST_NOT_PRIVILEGED']);
const CONNECT_MS = 5_000;
const LONGEST_IDLE_SECONDS = 31_536_000;

/** One connection to the embedded server, which marks its process as present once `establish` was called. */
export class Presence {
  private onLost: (() => void) | null = null;

  private constructor(
    private readonly connection: Connection,
    private readonly socket: Socket,
  ) {}

  /**
   * Connects to the server on `socketPath` as `user`; null when none answers there yet. Throws
   * `DatabaseUnavailableError` when the one that answers is not the server of `dataDirectory` or refuses us.
   */
  static async connect(socketPath: string, user: string, dataDirectory: string): Promise<Presence | null> {
    const socket = connectSocket(socketPath);
    socket.on('error', () => undefined);
    let connection: Connection;
    try {
      connection = await createConnection({ stream: socket, user, connectTimeout: CONNECT_MS, charset: 'utf8mb4' });
    } catch (error) {
      socket.destroy();
      if (!REFUSALS.has(codeOf(error))) return null;
      throw new DatabaseUnavailableError(`The server on ${socketPath} refuses the user ${user}: ${reasonOf(error)}.`);
    }
    connection.on('error', () => undefined);
    const presence = new Presence(connection, socket);
    try {
      await presence.refuseForeignServer(socketPath, dataDirectory);
      return presence;
    } catch (error) {
      presence.drop();
      // A server that is just going down answers and then hangs up.
      if (error instanceof DatabaseUnavailableError) throw error;
      return null;
    }
  }

  /**
   * Marks this process as a user of the database for as long as the connection lives. `onLost` is called once when the
   * server ends it; neither that nor the open connection keeps this process alive.
   */
  async establish(onLost: () => void): Promise<void> {
    await this.connection.query(`SET SESSION wait_timeout = ${LONGEST_IDLE_SECONDS}`);
    await this.connection.query(`SELECT GET_LOCK(${LOCK_OF_THIS}, 0)`);
    this.onLost = onLost;
    this.socket.once('close', () => this.onLost?.());
    this.socket.unref();
  }

  isConnected(): boolean {
    return !this.socket.destroyed;
  }

  /** How many other processes use this database now. */
  async countOthers(): Promise<number> {
    this.socket.ref();
    // Not from information_schema: its list is a temporary table, for which a full disk has no space.
    const [sessions] = await this.connection.query<RowDataPacket[]>('SHOW PROCESSLIST');
    const ids = sessions.map(({ Id }) => Number(Id)).filter((id) => id !== this.connection.threadId);
    if (ids.length === 0) return 0;
    const isPresent = ids.map((id) => `COALESCE(IS_USED_LOCK('motorpool.presence.${id}') = ${id}, 0)`);
    const [rows] = await this.connection.query<RowDataPacket[]>(`SELECT ${isPresent.join(' + ')} AS others`);
    return Number(rows[0]?.others);
  }

  /** Makes that database where it does not exist. */
  async makeSureOf(name: string): Promise<void> {
    await useDatabase(this.connection, name);
  }

  /** Asks the server to end; it has not gone yet when this returns. */
  async shutDownServer(): Promise<void> {
    this.onLost = null;
    this.socket.ref();
    // The server may hang up before it has answered.
    await this.connection.query('SHUTDOWN').catch(() => undefined);
    this.drop();
  }

  /** Leaves; from then on nobody counts this process. */
  async leave(): Promise<void> {
    this.onLost = null;
    this.socket.ref();
    // The server may take a moment to notice that a connection has ended, and the next to leave counts right now.
    await this.connection.query(`SELECT RELEASE_LOCK(${LOCK_OF_THIS})`).catch(() => undefined);
    await this.connection.end().catch(() => undefined);
    this.drop();
  }

  private drop(): void {
    this.connection.destroy();
    this.socket.destroy();
  }

  private async refuseForeignServer(socketPath: string, dataDirectory: string): Promise<void> {
    const [rows] = await this.connection.query<RowDataPacket[]>('SELECT @@datadir AS directory');
    const directory = String(rows[0]?.directory);
    if (realpathSync(directory) === realpathSync(dataDirectory)) return;
    throw new DatabaseUnavailableError(`Another server, with its data in ${directory}, answers on ${socketPath}.`);
  }
}
