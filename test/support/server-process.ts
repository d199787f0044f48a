import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expectNoSecretIn, expectNoSecretInBackupLog } from './logged';
import { allProcesses } from './processes';
import { program } from './programs';
import { ADMIN } from './server';
import { waitFor } from './wait';

/** The built server in a process and with a storage folder of its own. */
export interface ServerProcess {
  url: string;
  pid: number;
  /** What it has written to its log so far. */
  log(): string;
  /** Asks it to stop, and waits until it has. @returns its exit status */
  stop(): Promise<number | null>;
}

/** @param settings environment variables beyond those that the server needs */
export async function startServerProcess(
  databaseUrl: string,
  settings: Record<string, string> = {},
): Promise<ServerProcess> {
  const storageDir = await mkdtemp(path.join(tmpdir(), 'motorpool-'));
  const child = spawn(process.execPath, [program('main')], {
    cwd: storageDir,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      // Marks what it starts.
      PATH: `${process.env.PATH ?? ''}:${storageDir}`,
      DATABASE_URL: databaseUrl,
      STORAGE_DIR: storageDir,
      PORT: '0',
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      BACKUP_CHANGES_WITHIN: '1h',
      ...settings,
    },
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  let log = '';
  let output = '';
  child.stderr.on('data', (data: Buffer) => (log += data.toString()));
  const ready = new Promise<string>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      const url = /ready at (\S+)\/graphql,/.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  const url = await Promise.race([ready, ended.then(() => null)]);
  if (url === null) throw new Error(`the server did not start: ${log}`);
  return {
    url,
    pid: child.pid ?? 0,
    log: () => log,
    stop: async () => {
      child.kill('SIGTERM');
      const [status] = await ended;
      expectNoSecretIn(log);
      expectNoSecretInBackupLog(storageDir);
      // What it has handed over ends by itself.
      await waitFor(
        'the end of its work',
        () => !allProcesses().some(({ environment }) => environment.includes(`:${storageDir}`)),
      );
      await rm(storageDir, { recursive: true, force: true });
      return status;
    },
  };
}
