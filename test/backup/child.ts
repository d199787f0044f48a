import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ProcessInput } from './backup-process';

export interface Child {
  pid: number;
  /** Resolves when it has told that step; rejects when it ends before. */
  reached(step: string): Promise<void>;
  kill(): Promise<void>;
  /** Resolves to everything it printed once it has ended. */
  ended: Promise<string>;
}

/** Starts a backup in a process of its own, through `prefix` where one is given. */
export function startChild(input: ProcessInput, prefix: readonly string[] = []): Child {
  const command = [...prefix, process.execPath, path.join(__dirname, 'process.mjs')];
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
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

export interface ProcessInfo {
  pid: number;
  parent: number;
  arguments: string;
  environment: string;
}

/** Every process of this machine that may be read. */
export function allProcesses(): ProcessInfo[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const [args = '', environment = ''] = ['cmdline', 'environ'].map((name) =>
          readFileSync(`/proc/${pid}/${name}`, 'latin1').replaceAll('\0', ' '),
        );
        const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
        return [{ pid: Number(pid), parent, arguments: args, environment }];
      } catch {
        return [];
      }
    });
}
