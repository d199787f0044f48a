import { spawn } from 'node:child_process';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedLayout } from './layout';
import { cleanEnvironment, lastErrorIn, REDO_LOG_SIZE } from './server';
import { DatabaseUnavailableError } from '../connection/errors';
import { requireMariaDbProgram } from '../host/programs';

const UNFINISHED = 'data.new-';

/**
 * Makes the data directory when there is none, with one account that only the operating system's user `user` can sign
 * in to. It appears whole or not at all; what a killed installation left behind is removed first. Call it under the
 * lock only.
 */
export async function installDataDirectory(layout: Pick<EmbeddedLayout, 'root' | 'data'>, user: string): Promise<void> {
  if (existsSync(layout.data)) return;
  const installer = requireMariaDbProgram('mariadb-install-db');
  removeUnfinished(layout.root);
  // Each try has its own name: the server of a killed installation may still be writing under the last one.
  const unfinished = join(layout.root, `${UNFINISHED}${process.pid}-${Date.now().toString(36)}`);
  const data = join(unfinished, 'data');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  mkdirSync(join(unfinished, 'tmp'), { mode: 0o700 });
  await runInstaller(installer, installerArguments(user), data);
  syncTree(data);
  renameSync(data, layout.data);
  syncPath(layout.root);
  rmSync(unfinished, { recursive: true });
}

/** Removes what killed installations left in the database's folder. Call it under the lock only. */
export function removeUnfinished(root: string): void {
  for (const name of readdirSync(root)) {
    if (!name.startsWith(UNFINISHED)) continue;
    try {
      rmSync(join(root, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
    } catch {
      // An orphaned installer still writes there; the next start finds the rest.
    }
  }
}

function installerArguments(user: string): string[] {
  return [
    '--no-defaults',
    // Relative to the working directory: the installer is a shell script that breaks on spaces and quotes in a path.
    '--datadir=.',
    // Of its own: each server that starts removes the temporary tables that it finds, no matter which server they belong to.
    '--tmpdir=../tmp',
    '--auth-root-authentication-method=socket',
    `--auth-root-socket-user=${user}`,
    '--skip-test-db',
    // No look-up of this machine's name.
    '--force',
    `--innodb-log-file-size=${REDO_LOG_SIZE}`,
    // The server runs as root only when told to. The installer's own --user would also chown files of the system's
    // MariaDB, so that the option goes to the server alone, in its short form.
    ...(process.getuid?.() === 0 ? ['-uroot'] : []),
  ];
}

async function runInstaller(installer: string, args: readonly string[], cwd: string): Promise<void> {
  const { code, output } = await new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    // In a session of its own: a Ctrl-C in the terminal ends us, and never an installation halfway.
    const child = spawn(installer, args, {
      cwd,
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.once('error', reject);
    child.once('close', (status) => {
      resolve({ code: status, output: text });
    });
  });
  if (code === 0) return;
  const reason = lastErrorIn(output) ?? output.trim().split('\n')[0] ?? '';
  throw new DatabaseUnavailableError(`The embedded database cannot be installed under ${cwd}: ${reason}`);
}

function syncTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else syncPath(path);
  }
  syncPath(folder);
}

function syncPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
