import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';

/** A process that tells each step that it takes, in a line of its own. */
export interface Child {
  pid: number;
  /** Resolves when it has told that step; rejects when it ends before. */
  reached(step: string): Promise<void>;
  /** Ends it with that signal, SIGKILL where none is named. Resolves to everything it printed. */
  end(signal?: NodeJS.Signals): Promise<string>;
  /** Resolves to everything it printed once it has ended. */
  ended: Promise<string>;
}

/**
 * Starts a TypeScript file in a process of its own, which reads the input as JSON.
 * @param prefix a command that starts it
 */
export function startScript(file: string, input: object, prefix: readonly string[] = []): Child {
  const command = [...prefix, process.execPath, path.join(__dirname, 'run-typescript.mjs'), file];
  const child: ChildProcess = spawn(command[0] ?? '', command.slice(1), {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Jest's own copy, which a test may have changed.
    env: { ...process.env },
  });
  let output = '';
  const waiting = new Set<() => void>();
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    for (const look of waiting) look();
  });
  const ended = new Promise<string>((resolve) => {
    child.once('close', () => {
      resolve(output);
    });
  });
  child.stdin?.end(JSON.stringify(input));
  return {
    pid: child.pid ?? 0,
    ended,
    reached: (step) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (output.split('\n').includes(step)) resolve();
        };
        waiting.add(look);
        look();
        void ended.then((text) => {
          reject(new Error(`it ended before "${step}": ${text}`));
        });
      }),
    end: (signal = 'SIGKILL') => {
      child.kill(signal);
      return ended;
    },
  };
}
