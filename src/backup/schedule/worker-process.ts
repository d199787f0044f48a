import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { childEnvironment, gentle, lowerPriority, signalGroup } from '../client/child-process';
import { reasonOf } from '../core/errors';
import { failureReport, parseReport, type WorkerReport } from './worker-report';

const OUTPUT_BYTES = 64 * 1024;

export interface WorkerEnding {
  report: WorkerReport;
  /** False where the process died, or never lived, and the report is what we know of that. */
  reported: boolean;
}

/**
 * A backup process of its own: it outlives the request, the terminal and the server that started it. It loads its
 * program and then waits for its input, so that one that was started in advance begins to work at once; where the input
 * ends with nothing in it, it is not needed and ends quietly.
 */
export class WorkerProcess {
  private child: ChildProcess | null = null;
  private held = false;
  private ending = false;
  private left = false;
  private isOver = false;
  private hasBegun: () => void = () => undefined;
  private readonly begun = new Promise<void>((resolve) => {
    this.hasBegun = resolve;
  });
  private starting: Promise<void> | null = null;
  private hasEnded: (ending: WorkerEnding) => void = () => undefined;
  private readonly ended = new Promise<WorkerEnding>((resolve) => {
    this.hasEnded = resolve;
  });

  /**
   * @param command the program, and its arguments
   * @param what it makes, for messages
   */
  constructor(
    private readonly command: readonly string[],
    private readonly what = 'backup',
  ) {}

  /** Starts it, unless it was started. It waits for its input then. */
  start(): Promise<void> {
    this.starting ??= gentle(this.command)
      .then((whole) => {
        this.spawn(whole);
      })
      .catch((error: unknown) => {
        this.hasFailed(error);
      });
    return this.starting;
  }

  get isStarted(): boolean {
    return this.starting !== null;
  }

  /**
   * Tells it what to do and waits for its end. Settings, the password among them, reach it on its standard input only.
   * Never throws.
   */
  async run(input: () => string): Promise<WorkerEnding> {
    await this.start();
    if (this.ending) this.child?.kill('SIGTERM');
    try {
      this.child?.stdin?.end(input());
    } catch (error) {
      this.hasFailed(error);
      await this.kill();
    }
    const ending = await this.ended;
    this.hasBegun();
    return ending;
  }

  /** False once it has ended, which one that waits for its input does only where somebody killed it. */
  get isAlive(): boolean {
    return !this.isOver;
  }

  /** Resolves once it has begun to work and holds what it needs of the server, or has ended. */
  hasItsOwn(): Promise<void> {
    return this.begun;
  }

  /**
   * Leaves it to itself: from now on it finds nobody there to take its report, and finishes alone what it was asked for.
   */
  leave(): void {
    this.left = true;
    const { child } = this;
    child?.stdout?.destroy();
    child?.stderr?.destroy();
    for (const handle of this.handles()) handle.unref();
  }

  /** Keeps this process alive until that one has ended; otherwise it does not. */
  hold(): void {
    this.held = true;
    for (const handle of this.handles()) handle.ref();
  }

  private spawn([program = '', ...args]: string[]): void {
    const child = spawn(program, args, {
      // A process group of its own: Ctrl-C in the server's terminal does not reach it.
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'pipe', 'pipe'],
      env: workerEnvironment(),
    });
    // First of all: where there is no room for another process, it has no pipes either, and says so in a moment.
    child.once('error', (error) => {
      this.hasFailed(error);
    });
    if (child.pid === undefined) return;
    this.child = child;
    lowerPriority(child);
    if (!this.held) for (const handle of this.handles()) handle.unref();

    const output = collect(child.stdout);
    const errors = collect(child.stderr);
    // It says that it has begun; whatever it prints otherwise it prints later.
    child.stdout.once('data', this.hasBegun);
    child.once('exit', () => {
      this.isOver = true;
    });
    child.once('close', (status, signal) => {
      if (this.left) return;
      const report = parseReport(output());
      if (report !== null && (status === 0) === (report.problem === null)) {
        this.hasEnded({ report, reported: true });
        return;
      }
      const how = signal === null ? `ended with status ${status ?? 'unknown'}` : `was ended by ${signal}`;
      const last = errors().trimEnd().split('\n').filter(isTelling).at(-1);
      this.hasEnded(died(`The ${this.what} process ${how}${last === undefined ? '' : `: ${reasonOf(last)}`}.`));
    });
    // It may be gone before it has read everything; its end tells.
    child.stdin.on('error', () => undefined);
  }

  private hasFailed(error: unknown): void {
    this.isOver = true;
    this.hasEnded(died(`The ${this.what} process could not be started: ${reasonOf(error)}.`));
  }

  /** Asks it to end. */
  end(): void {
    this.ending = true;
    this.child?.kill('SIGTERM');
  }

  /** Ends it and what it started at once, one that is just being started too. */
  async kill(): Promise<void> {
    await this.starting;
    if (this.child !== null) signalGroup(this.child, 'SIGKILL');
  }

  private handles(): { ref(): void; unref(): void }[] {
    const { child } = this;
    if (child === null) return [];
    // Pipes to a child are sockets, which the types do not tell.
    return [child, ...[child.stdin, child.stdout, child.stderr].map((stream) => stream as unknown as Socket)];
  }
}

function died(problem: string): WorkerEnding {
  return { report: failureReport(problem), reported: false };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    text = Buffer.concat([text, chunk]).subarray(-OUTPUT_BYTES);
  });
  return () => text.toString('utf8');
}

/** Of a crash's output: the line that names the error, not the frames and the version below it. */
function isTelling(line: string): boolean {
  return /^\w*Error\b/.test(line.trim());
}

function workerEnvironment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: certificates } = process.env;
  return { ...childEnvironment(), ...(certificates === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificates }) };
}
