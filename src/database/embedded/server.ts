import type { ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { totalmem } from 'node:os';
import type { EmbeddedLayout } from './layout';
import { spawnHoldingLock } from '../host/file-lock';
import { requireMariaDbProgram } from '../host/programs';

const MIB = 1024 * 1024;

/** Small on a new disk, and large enough that a confirmation with 100 000 members does not wait for checkpoints. */
export const REDO_LOG_SIZE = '32M';
const KEPT_LOG_BYTES = 4 * MIB;

/** A server that was started and may not answer yet. */
export interface StartedServer {
  /** Null while it runs; then what it wrote to its log, which is empty when another server holds the data. */
  ended(): { log: string } | null;
}

/** Starts the server of `layout`, in a session of its own that outlives this process. Call it under the lock only. */
export function startServer(layout: EmbeddedLayout, socketPath: string): StartedServer {
  const program = requireMariaDbProgram('mariadbd');
  rmSync(layout.scratch, { recursive: true, force: true });
  mkdirSync(layout.scratch, { mode: 0o700 });
  putAsideLongLog(layout.log);
  const output = openSync(layout.log, 'a', 0o600);
  try {
    const before = fstatSync(output).size;
    const server = spawnHoldingLock(layout.alive, program, serverArguments(layout, socketPath), {
      output,
      cwd: layout.data,
      env: cleanEnvironment(),
    });
    server.unref();
    return watch(server, () => readFileSync(layout.log).subarray(before).toString());
  } finally {
    closeSync(output);
  }
}

/**
 * The environment of the database's programs: none of our secrets, and none of the variables (MYSQL_HOME,
 * MYSQL_UNIX_PORT, TMPDIR, NOTIFY_SOCKET and so on) that would change what they do.
 */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  // The server's own variables for the modes of new files.
  return { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`, UMASK: '0600', UMASK_DIR: '0700' };
}

/** What follows the cause of a failed start: each one ends with some of these. */
const CONSEQUENCE =
  /^(Aborting|Plugin '|Failed to init|Unknown\/unsupported|Could not open mysql\.plugin|InnoDB: Plugin init|Do you already)/;

/** The line of a server's or an installer's output that tells why it gave up, without its time stamp; null when there is none. */
export function lastErrorIn(log: string): string | null {
  const errors = [...log.matchAll(/(?:\[ERROR\]|^ERROR:) (.+)/gm)].map(([, message = '']) =>
    message
      .trim()
      // MySQL's number and subsystem.
      .replace(/^\[MY-\d+\] \[\w+\] /, '')
      .replace(/\.$/, ''),
  );
  return errors.findLast((message) => !CONSEQUENCE.test(message)) ?? errors.at(-1) ?? null;
}

function watch(server: ChildProcess, readLog: () => string): StartedServer {
  let end: { log: string } | null = null;
  let hasExited = false;
  server.once('error', (error) => (end = { log: `[ERROR] ${error.message}` }));
  server.once('exit', () => (hasExited = true));
  // Read only when asked for: a server that has long been ready may end after its folder was removed.
  return { ended: () => end ?? (hasExited ? { log: readLog() } : null) };
}

function serverArguments(layout: EmbeddedLayout, socketPath: string): string[] {
  return [
    '--no-defaults',
    `--datadir=${layout.data}`,
    `--socket=${socketPath}`,
    '--pid-file=mariadbd.pid',
    // Never the system's folder: each server that starts removes all temporary tables that it finds there, also those
    // of another server. A colon would separate several folders, and is no harm in a path from the working directory.
    `--tmpdir=${layout.scratch.includes(':') ? '../tmp' : layout.scratch}`,
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    '--skip-networking',
    '--skip-name-resolve',
    '--local-infile=OFF',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
    '--default-time-zone=+00:00',
    '--max-allowed-packet=128M',
    '--performance-schema=OFF',
    // Each commit is on the disk before it is answered, in the redo log and in the binary log.
    '--innodb-flush-log-at-trx-commit=1',
    '--sync-binlog=1',
    '--log-bin=binlog',
    '--binlog-format=ROW',
    // What the default BACKUP_REACH of 14 days needs, so that its bases lead on (logNeededMs).
    '--expire-logs-days=22',
    '--server-id=1',
    `--innodb-log-file-size=${REDO_LOG_SIZE}`,
    `--innodb-buffer-pool-size=${bufferPoolMib()}M`,
    '--innodb-buffer-pool-dump-at-shutdown=OFF',
    '--innodb-buffer-pool-load-at-startup=OFF',
  ];
}

/** An eighth of the memory, between 128 MiB and 1 GiB; the server takes it as it needs it. */
function bufferPoolMib(): number {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  return Math.min(1024, Math.max(128, Math.floor(memory / 8 / MIB)));
}

function putAsideLongLog(log: string): void {
  const size = statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  if (size > KEPT_LOG_BYTES) renameSync(log, `${log}.1`);
}
