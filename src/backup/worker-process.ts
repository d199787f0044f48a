import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { childEnvironment, gentle, lowerPriority, signalGroup } from './child-process';
import { reasonOf } from './errors';
import { failureReport, parseReport, type WorkerReport } from './worker-report';

const OUTPUT_BYTES = 64 * 1024;

export interface WorkerEnding {
  report: WorkerReport;
  /** False where the process died, or never lived, and the report is what we know of that. */
  reported: boolean;
}

/** A backup process of its own: it outlives the request, the terminal and the server that started it. */
export class WorkerProcess {
  private child: ChildProcess | null = null;
  private held = false;
  private ending = false;

  /** @param what it makes, for messages */
  constructor(private readonly what = 'backup') {}

  /**
   * Starts it and waits for its end. Settings, the password among them, reach it on its standard input only.
   * Never throws.
   */
  async run(command: readonly string[], input: () => string): Promise<WorkerEnding> {
    try {
      return await this.start(await gentle(command), input());
    } catch (error) {
      return died(`The ${this.what} process could not be started: ${reasonOf(error)}.`);
    }
  }

  /** Keeps this process alive until that one has ended; otherwise it does not. */
  hold(): void {
    this.held = true;
    for (const handle of this.handles()) handle.ref();
  }

  private start([program = '', ...args]: string[], input: string): Promise<WorkerEnding> {
    return new Promise((resolve) => {
      const child = spawn(program, args, {
        // A process group of its own: Ctrl-C in the server's terminal does not reach it.
        detached: true,
        cwd: '/',
        stdio: ['pipe', 'pipe', 'pipe'],
        env: workerEnvironment(),
      });
      // First of all: where there is no room for another process, it has no pipes either, and says so in a moment.
      child.once('error', (error) => {
        resolve(died(`The ${this.what} process could not be started: ${reasonOf(error)}.`));
      });
      if (child.pid === undefined) return;
      this.child = child;
      if (this.ending) child.kill('SIGTERM');
      lowerPriority(child);
      if (!this.held) for (const handle of this.handles()) handle.unref();

      const output = collect(child.stdout);
      const errors = collect(child.stderr);
      child.once('close', (status, signal) => {
        const report = parseReport(output());
        if (report !== null && (status === 0) === (report.problem === null)) {
          resolve({ report, reported: true });
          return;
        }
        const how = signal === null ? `ended with status ${status ?? 'unknown'}` : `was ended by ${signal}`;
        const last = errors().trimEnd().split('\n').filter(isTelling).at(-1);
        resolve(died(`The ${this.what} process ${how}${last === undefined ? '' : `: ${reasonOf(last)}`}.`));
      });
      // It may be gone before it has read everything; its end tells.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    });
  }

  /** Asks it to end. */
  end(): void {
    this.ending = true;
    this.child?.kill('SIGTERM');
  }

  /** Ends it and what it started, whatever it does. */
  kill(): void {
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
