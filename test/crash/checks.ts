import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { listBackups } from '../../src/backup/files/catalogue';
import { coverage } from '../../src/backup/files/coverage';
import { listLabelled } from '../../src/backup/files/proofs';
import { inspectFile } from '../../src/backup/files/checksum';
import { isBackupRunning, isProofRunning } from '../../src/backup/server/backup-lock';
import { findOwnSchemas, OWN_SCHEMAS } from '../../src/backup/server/auxiliary-schema';
import { openSession, type Session } from '../../src/backup/server/session';
import { backupLedger } from '../../src/services/backup-ledger';
import { program } from '../support/programs';
import { waitFor } from '../support/wait';
import type { CrashPool } from './pool';

const run = promisify(execFile);
/** A server that starts, a try that failed, the pause after it, and a busy machine. */
const COVERED_MS = 30_000;
/** The tries that failed while the database was away have made the pauses longer. */
const PROVEN_MS = 60_000;

/** Does something over a connection of its own: the database may have been killed since the last. */
export async function withSession<T>(pool: CrashPool, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await waitFor('the database', () => openSession(pool.address).catch(() => null));
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

/** Waits until every operation is in a backup. */
export function untilCovered(pool: CrashPool): Promise<unknown> {
  const look = async (): Promise<boolean> => {
    const backups = await listLabelled(pool.settings);
    return withSession(pool, async ({ query }) => (await coverage(backups, backupLedger, query)).pending === 0);
  };
  return waitFor('every operation to be in a backup', () => look().catch(() => false), COVERED_MS);
}

/** Waits until every operation is in a PROVEN backup. */
export function untilProven(pool: CrashPool): Promise<unknown> {
  const look = async (): Promise<boolean> => {
    const backups = await listLabelled(pool.settings);
    const state = await withSession(pool, ({ query }) => coverage(backups, backupLedger, query));
    return state.provenThrough === state.newest.number;
  };
  return waitFor('every operation to be in a proven backup', () => look().catch(() => false), PROVEN_MS);
}

/** Waits until every operation is in a backup that a proof called UNSOUND. */
export function untilUnsound(pool: CrashPool): Promise<unknown> {
  const look = async (): Promise<boolean> => {
    const backups = await listLabelled(pool.settings);
    const state = await withSession(pool, ({ query }) => coverage(backups, backupLedger, query));
    return state.judgedThrough === state.newest.number && state.provenThrough < state.newest.number;
  };
  return waitFor('the broken rule to be found', () => look().catch(() => false), PROVEN_MS);
}

/** Waits until neither a backup nor a proof runs: whoever was killed must not have left its lock behind. */
export async function untilQuiet(pool: CrashPool): Promise<void> {
  await waitFor('the end of the backup process', () => pool.worker() === null);
  await waitFor('the end of the proof process', () => pool.prover() === null);
  const { database } = pool.address;
  await withSession(pool, async ({ query }) => {
    await waitFor('the lock to be free', async () => !(await isBackupRunning(query, database)), 5000);
    await waitFor('the lock on proofs to be free', async () => !(await isProofRunning(query, database)), 5000);
  });
}

/** What lies where it should not, once a backup has run since the crash and none runs now. */
export async function findLitter(pool: CrashPool): Promise<string[]> {
  const { directory, workDirectory } = pool.settings;
  const backups = new Set((await listBackups(directory)).map(({ filename }) => filename));
  const schemas = await withSession(pool, ({ query }) => findOwnSchemas(query, pool.address.database, OWN_SCHEMAS));
  return [...readdirSync(directory).filter((name) => !backups.has(name)), ...readdirSync(workDirectory), ...schemas];
}

/** Reads every backup to its end. @throws BackupError for the first one that is not what it was written as */
export async function readAll(pool: CrashPool): Promise<void> {
  const backups = await listBackups(pool.settings.directory);
  if (backups.length === 0) throw new Error('There is no backup.');
  for (const backup of backups) await inspectFile(backup.path);
}

/** Restores and checks every backup, as an administrator would: npm run db:verify -- --all. @returns how many */
export async function verifyAll(pool: CrashPool): Promise<number> {
  const verifying = run(process.execPath, [program('cli/db-verify'), '--all'], { env: pool.environment });
  // It ends with 1 where a file is not proven: its lines say which, and why.
  const { stdout } = await verifying.catch((error: unknown) => error as { stdout: string; stderr: string });
  const lines = stdout.trimEnd().split('\n');
  const unsound = lines.filter((line) => !line.startsWith('PROVEN '));
  if (unsound.length > 0) throw new Error(unsound.join('\n'));
  return lines.length;
}
