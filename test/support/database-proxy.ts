import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { DatabaseAddress } from '../../src/database/connection/address';

/** One statement on its way to the server. Whoever handles it decides what becomes of it. */
export interface Statement {
  sql: string;
  /** The server's id of the session. */
  threadId: number;
  /** Sends it on; its answer goes back as if nothing were between. */
  forward(): void;
  /** Sends it on, and resolves once the server has begun to answer; the answer goes no further. */
  forwardAndKeepAnswer(): Promise<void>;
  /** Cuts the connection on both sides. */
  cut(): void;
  /** Lets neither side see the other any more, nor that the other has gone: as a network does that fails. */
  partition(): void;
}

const QUERY_COMMAND = 3;
const PING_COMMAND = 14;
/** What a client program asks with; what follows is nobody else's to read. */
const TLS_REQUEST_BYTES = 36;

/** Stands between a client and a real database server, and can cut, stop or lose what passes. */
export class DatabaseProxy {
  private readonly sessions = new Set<Session>();
  /** Statements wait for it, one at a time a session. By default each passes. */
  onStatement: (statement: Statement) => void | Promise<void> = (statement) => {
    statement.forward();
  };
  /** Told of each ping before it is passed on. */
  onPing: (cut: () => void) => void = () => undefined;
  private refuses = false;

  private constructor(
    private readonly server: Server,
    private readonly upstream: DatabaseAddress,
  ) {
    server.on('connection', (client) => {
      if (this.refuses) client.resetAndDestroy();
      else this.open(client);
    });
  }

  static async start(upstream: DatabaseAddress): Promise<DatabaseProxy> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new DatabaseProxy(server, upstream);
  }

  /** Where clients reach the same database through this proxy. */
  through({ user, password, database }: DatabaseAddress): DatabaseAddress {
    const { port } = this.server.address() as AddressInfo;
    return { user, ...(password === undefined ? {} : { password }), database, hosts: [{ host: '127.0.0.1', port }] };
  }

  get openSessions(): number {
    return this.sessions.size;
  }

  passAll(): void {
    this.refuses = false;
    this.onStatement = (statement) => {
      statement.forward();
    };
  }

  /** Passes all, and resolves when that many statements of that kind have been sent on. */
  passed(count: number, kind: RegExp): Promise<void> {
    return new Promise((resolve) => {
      let seen = 0;
      this.onStatement = (statement) => {
        statement.forward();
        if (kind.test(statement.sql) && ++seen === count) setImmediate(resolve);
      };
    });
  }

  /** Cuts every connection and refuses new ones until `passAll`. */
  goDown(): void {
    this.refuses = true;
    for (const session of this.sessions) session.cut();
  }

  async close(): Promise<void> {
    this.goDown();
    this.server.close();
    await once(this.server, 'close');
  }

  private open(client: Socket): void {
    const [first] = this.upstream.hosts;
    const server =
      this.upstream.socketPath === undefined
        ? connect({ host: first?.host ?? '', port: first?.port ?? 0, noDelay: true })
        : connect(this.upstream.socketPath);
    const session = new Session(
      client,
      server,
      (statement) => this.onStatement(statement),
      (cut) => {
        this.onPing(cut);
      },
    );
    this.sessions.add(session);
    client.once('close', () => this.sessions.delete(session));
  }
}

class Session {
  private threadId: number | null = null;
  private pending = Buffer.alloc(0);
  private keepAnswer: (() => void) | null = null;
  private isPartitioned = false;
  private isEncrypted = false;

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    private readonly handle: (statement: Statement) => void | Promise<void>,
    private readonly pinged: (cut: () => void) => void,
  ) {
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (!this.isPartitioned) other.destroy();
      });
    }
    server.on('data', (data) => {
      this.answer(data);
    });
    client.on('data', (data) => {
      this.pending = Buffer.concat([this.pending, data]);
      this.takePackets();
    });
  }

  cut(): void {
    this.client.resetAndDestroy();
    this.server.destroy();
  }

  private answer(data: Buffer): void {
    // The greeting: 4 bytes of header, the protocol's version, the server's version up to a zero, the thread.
    this.threadId ??= data.readUInt32LE(data.indexOf(0, 5) + 1);
    if (this.keepAnswer !== null) this.keepAnswer();
    else if (!this.isPartitioned) this.client.write(data);
  }

  private takePackets(): void {
    while (!this.isEncrypted && this.pending.length >= 4) {
      const length = 4 + this.pending.readUIntLE(0, 3);
      if (this.pending.length < length) return;
      const packet = this.pending.subarray(0, length);
      this.pending = this.pending.subarray(length);
      // A command begins with the number 0; what belongs to signing in goes on counting.
      this.isEncrypted ||= packet[3] === 1 && packet.length === TLS_REQUEST_BYTES;
      const command = packet[3] === 0 ? packet[4] : undefined;
      if (command === PING_COMMAND) {
        this.pinged(() => {
          this.cut();
        });
      }
      if (command === QUERY_COMMAND) void this.handle(this.statement(packet));
      else if (!this.isPartitioned) this.server.write(packet);
    }
    if (!this.isEncrypted || this.isPartitioned) return;
    this.server.write(this.pending);
    this.pending = Buffer.alloc(0);
  }

  private statement(packet: Buffer): Statement {
    return {
      // To MySQL, a client says first that there are no attributes.
      sql: packet.subarray(packet[5] === 0 ? 7 : 5).toString(),
      threadId: this.threadId ?? 0,
      forward: () => {
        this.server.write(packet);
      },
      forwardAndKeepAnswer: () =>
        new Promise((resolve) => {
          this.keepAnswer = resolve;
          this.server.write(packet);
        }),
      cut: () => {
        this.cut();
      },
      partition: () => {
        this.isPartitioned = true;
      },
    };
  }
}
