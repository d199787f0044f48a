import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { OWN_TABLES } from '../../src/database/connection/own-tables';
import type { TestServer } from './server';
import { waitFor } from './wait';

interface BackupActivity {
  running: boolean;
  proving: boolean;
  pendingOperations: number;
}

async function backupActivity({ admin }: TestServer): Promise<BackupActivity> {
  const { backupStatus } = await admin.administer<{ backupStatus: BackupActivity }>(
    '{ backupStatus { running proving pendingOperations } }',
  );
  return backupStatus;
}

/** Waits until every operation so far has its backup, and neither a backup nor a proof runs any more. */
export async function allBackedUp(server: TestServer): Promise<void> {
  let latest: BackupActivity | undefined;
  try {
    await waitFor('the backups so far, and their proofs', async () => {
      latest = await backupActivity(server);
      return !latest.running && !latest.proving && latest.pendingOperations === 0;
    });
  } catch (error) {
    throw new Error(`${(error as Error).message}; ${JSON.stringify(latest)}; the log:\n${logOf(server)}`, {
      cause: error,
    });
  }
}

function logOf({ storageDir }: TestServer): string {
  const log = path.join(storageDir, 'logs', 'backup.log');
  return existsSync(log) ? readFileSync(log, 'utf8') : '';
}

/**
 * Everything that a request could leave behind: each table's checksum, the backups and the backup log. A backup that
 * was asked for shows at once, as one that runs.
 */
async function tracesOf(server: TestServer): Promise<Record<string, unknown>> {
  const { running } = await backupActivity(server);
  return {
    tables: await checksums(server),
    backupRuns: running,
    backups: existsSync(server.backups) ? readdirSync(server.backups).sort() : [],
    log: logOf(server),
  };
}

async function checksums({ database }: TestServer): Promise<unknown> {
  const tables = await database.query(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_name NOT IN (?) ORDER BY table_name`,
    [OWN_TABLES],
  );
  return database.query(`CHECKSUM TABLE ${tables.map(({ name }) => String(name)).join(', ')} EXTENDED`);
}

/**
 * Does something and holds that it changed no row, gave out no operation number and asked for no backup. A backup that
 * was asked for before ends first.
 */
export async function changesNothing<T>(server: TestServer, act: () => Promise<T>): Promise<T> {
  await waitFor('the backups of before to end', async () => {
    const { running, proving } = await backupActivity(server);
    return !running && !proving;
  });
  const before = await tracesOf(server);
  expect(before).toMatchObject({ backupRuns: false });
  const result = await act();
  expect(await tracesOf(server)).toEqual(before);
  return result;
}
