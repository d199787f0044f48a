import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { signalGroup } from './child-process';
import { startClient, type Invocation } from './client-start';
import { BackupError, BackupStopped, reasonOf } from '../core/errors';
import { Watchdog } from '../core/watchdog';

const STDERR_BYTES = 8 * 1024;

/** How long a client program may move no byte, by default. */
export const STALL_MS = 5 * 60_000;

export interface Watch {
  /** A program that neither delivers nor takes a byte for this long is killed. */
  stallMs: number;
  /** Asked before that: whether a server still works on what the program gave it, which is no stall. */
  isAtWork?: () => Promise<boolean>;
  signal?: AbortSignal;
}

interface Ending {
  status: number | null;
  signal: NodeJS.Signals | null;
  spawnError: Error | null;
}

/** One run of a client program, killed when it stalls or is not wanted any more, with its end put into words. */
export class ClientRun {
  private readonly ended: Promise<Ending>;
  private stderr = Buffer.alloc(0);
  private killedFor: BackupError | null = null;
  private readonly watchdog: Watchdog;
  /** How often it moved: the answer whether a server is at work may come after the silence is over. */
  private movements = 0;

  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
    private readonly watch: Watch,
  ) {
    this.ended = new Promise((resolve) => {
      child.once('error', (spawnError) => {
        if (child.pid === undefined) resolve({ status: null, signal: null, spawnError });
      });
      child.once('close', (status, signal) => {
        resolve({ status, signal, spawnError: null });
      });
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr = Buffer.concat([this.stderr, chunk]).subarray(-STDERR_BYTES);
    });
    // When a program ends, Node throws away what it has printed and nobody listens to yet: a whole dump, or a part.
    child.stdout?.on('readable', keep);
    // A client that ends early closes its input; its exit status tells why.
    child.stdin?.on('error', () => undefined);
    watch.signal?.addEventListener('abort', this.abandon);
    if (watch.signal?.aborted === true) this.abandon();
    this.watchdog = new Watchdog(watch.stallMs, () => void this.stalled());
  }

  static async start(invocation: Invocation, watch: Watch): Promise<ClientRun> {
    const { name } = invocation.program;
    try {
      return await startClient(invocation, (child) => new ClientRun(child, name, watch));
    } catch (error) {
      throw BackupError.from(error, `The program ${name} could not be started`);
    }
  }

  /** To be read, or resumed, in the very moment that it is asked for. */
  get stdout(): Readable {
    return pipeOf(this.child.stdout).off('readable', keep);
  }

  get stdin(): Writable {
    return pipeOf(this.child.stdin);
  }

  /** Call it whenever a byte moved. */
  alive(): void {
    this.movements += 1;
    this.watchdog.alive();
  }

  kill(reason: BackupError): void {
    this.killedFor ??= reason;
    this.end();
  }

  /** Why we killed it: report this, and not the errors that the kill caused. */
  get reasonForKill(): BackupError | null {
    return this.killedFor;
  }

  /** Waits for the end of the program; throws what was wrong with it, the reason for killing it first of all. */
  async succeeded(doing: string): Promise<void> {
    const ending = await this.settle();
    if (this.killedFor !== null) throw this.killedFor;
    if (ending.spawnError !== null) throw BackupError.from(ending.spawnError, `${this.name} could not be started`);
    if (ending.status === 0) return;
    const how =
      ending.signal === null
        ? (STATUS_IN_WORDS[ending.status ?? 0] ?? `ended with status ${ending.status ?? 'unknown'}`)
        : `was ended by ${ending.signal}`;
    const said = this.errorText();
    throw new ClientFailure(`${doing}: ${this.name} ${how}${said === '' ? '' : `: ${said}`}.`, this.sqlErrors());
  }

  /** Kills the program where it still runs and waits until it is gone. */
  async discard(): Promise<void> {
    this.end();
    await this.settle();
  }

  private end(): void {
    signalGroup(this.child, 'SIGKILL');
    // A process that escaped its group may hold the pipes open for as long as it likes.
    this.child.stdin?.destroy();
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
  }

  private async stalled(): Promise<void> {
    const { movements, watch } = this;
    const isAtWork = (await watch.isAtWork?.().catch(() => false)) ?? false;
    // It moved meanwhile, or ended.
    if (this.movements !== movements) return;
    if (isAtWork) this.alive();
    else {
      const seconds = watch.stallMs / 1000;
      this.kill(new BackupError(`The program ${this.name} did nothing for ${seconds} seconds and was ended.`));
    }
  }

  private async settle(): Promise<Ending> {
    const ending = await this.ended;
    this.movements += 1;
    this.watchdog.stop();
    this.watch.signal?.removeEventListener('abort', this.abandon);
    return ending;
  }

  private readonly abandon = (): void => {
    const reason: unknown = this.watch.signal?.reason;
    this.kill(reason instanceof BackupError ? reason : new BackupStopped());
  };

  /** The last lines that the program wrote to standard error, as one. */
  private errorText(): string {
    const lines = this.said().split('\n');
    const meant = lines
      .map((line) => line.trim().replace(`${this.name}: `, ''))
      .filter((line) => line !== '' && !/\[Warning\]|^WARNING:|^-+$/i.test(line));
    // The server quotes the statement behind its error, over several lines.
    const error = meant.findLastIndex((line) => /^ERROR[ :]/.test(line));
    const told = error === -1 ? meant.slice(-2).join('; ') : meant.slice(error).join(' ');
    return reasonOf(told.slice(0, 1000));
  }

  /** Without the statement that MariaDB's client repeats before an error, between two lines of dashes: it holds rows. */
  private said(): string {
    const text = this.stderr.toString('utf8');
    const rule = text.lastIndexOf('--------------\n');
    return rule === -1 ? text : text.slice(rule);
  }

  /** "ERROR 1146 (42S02) at line 3" and "Got error: 1044: ..." alike. */
  private sqlErrors(): number[] {
    return [...this.said().matchAll(/\berror:? (\d{4,5})\b/gi)].map((match) => Number(match[1]));
  }
}

/** A client program that ended badly, with what it reported: the server's errors by number. */
export class ClientFailure extends BackupError {
  constructor(
    message: string,
    readonly sqlErrors: readonly number[],
  ) {
    super(message);
  }
}

/** What the dump programs' exit statuses mean; the restoring ones know 1 alone. */
const STATUS_IN_WORDS: Readonly<Record<number, string>> = {
  1: 'reports an error',
  2: 'was refused by the database server or could not reach it',
  3: 'lost the database server, or found a table changed, while it read the rows',
  4: 'ran out of memory',
  5: 'could not write its output',
  6: 'met a table that it cannot dump',
  127: 'or a library that it needs is missing',
};

/** Listens, so that the output is kept for a later reader. */
function keep(): void {
  // Nothing to do: the listener's being there is all.
}

function pipeOf<Stream>(stream: Stream | null): Stream {
  if (stream === null) throw new Error('the program was started without that pipe');
  return stream;
}
