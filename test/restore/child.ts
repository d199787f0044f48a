import { spawn } from 'node:child_process';
import path from 'node:path';
import type { ProcessInput } from './restore-process';

export interface Child {
  /** Resolves when it has told that step; rejects when it ends before. */
  reached(step: string): Promise<void>;
  /** Ends it with that signal and waits for its end. Resolves to everything it printed. */
  end(signal: NodeJS.Signals): Promise<string>;
}

/** Starts a restore in a process of its own. */
export function startChild(input: ProcessInput): Child {
  const child = spawn(process.execPath, [path.join(__dirname, 'process.mjs')], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  const waiting = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    for (const look of waiting) look();
  });
  const ended = new Promise<string>((resolve) => {
    child.once('close', () => {
      resolve(output);
    });
  });
  child.stdin.end(JSON.stringify(input));
  return {
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
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}
