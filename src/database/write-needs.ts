import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { getMetadataArgsStorage } from 'typeorm';
import { codeOf } from './connection/errors';
import type { Query } from './connection/query';
import { fullDisk } from './host/free-space';
import { ENTITIES, MIGRATIONS_TABLE } from './data-source';
import { migrations } from './migrations';
import type { DatabaseLocation } from './open';

/**
 * Why this machine could not keep the next change: the disk of an embedded database is full. In one sentence; null where
 * it is not. Cheap enough to be asked before each change, and asks no database: one that waits for space does not answer.
 */
export async function whyNoChange({ database, storageDir }: DatabaseLocation): Promise<string | null> {
  if (database !== null) return null;
  return fullDisk(path.join(storageDir, 'database', 'data'), 'the embedded database').catch(gone);
}

/** What a change and its backup lack, of this machine and of the database. In one sentence; null: nothing. */
export async function whatChangesLack(location: DatabaseLocation, query: Query): Promise<string | null> {
  return (await whatStorageLacks(location)) ?? whatTablesLack(query);
}

/** What this machine lacks for a change and for its backup: space, or the right to write. In one sentence; null: nothing. */
export async function whatStorageLacks(location: DatabaseLocation): Promise<string | null> {
  const { storageDir } = location;
  for (const place of ['app/backups', 'app/.backup-work', 'app/proofs', 'app/state', 'logs']) {
    const folder = await nearest(path.join(storageDir, place));
    // What stands in a folder's place is told by the backup that cannot use it.
    if (!(await stat(folder)).isDirectory()) continue;
    const right = await access(folder, constants.W_OK | constants.X_OK).then(() => null, reason);
    if (right !== null) {
      const name = path.join('STORAGE_DIR', path.relative(storageDir, folder));
      return `No backup can be made, since this process may not write to the folder ${name} (${right}): give it the right to.`;
    }
  }
  return (await whyNoChange(location)) ?? (await fullDisk(await nearest(storageDir), 'STORAGE_DIR').catch(gone));
}

/** What the database lacks for a change: tables. In one sentence; null where nothing is missing. */
async function whatTablesLack(query: Query): Promise<string | null> {
  const tables = [
    ...getMetadataArgsStorage()
      .filterTables(ENTITIES)
      .map(({ name }) => String(name)),
    MIGRATIONS_TABLE,
  ];
  const rows = await query(
    'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (?)',
    [tables],
  );
  const present = new Set(rows.map(({ name }) => String(name)));
  const missing = tables.filter((name) => !present.has(name));
  if (missing.length === 0) return null;
  const ran = present.has(MIGRATIONS_TABLE) ? await query(`SELECT name FROM ${MIGRATIONS_TABLE}`) : [];
  const known = new Set(ran.map(({ name }) => String(name)));
  if (ran.length > 0 && migrations.some(({ name }) => !known.has(name))) {
    return 'The database is of an older version: run npm run db:migrate.';
  }
  const names = `${missing.length === 1 ? 'table' : 'tables'} ${missing.join(', ')}`;
  return `The database lacks the ${names}: npm run db:restore -- --latest brings back what the backups hold.`;
}

/** The folder itself, or what it would be made in. */
async function nearest(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    (error: unknown) => codeOf(error) !== 'ENOENT',
  );
  return isThere || path.dirname(folder) === folder ? folder : nearest(path.dirname(folder));
}

function reason(error: unknown): string {
  const code = codeOf(error);
  return code === 'EROFS' ? 'it is read-only' : code === 'EACCES' ? 'permission denied' : code || 'it cannot be used';
}

const gone = (error: unknown): string => `STORAGE_DIR cannot be used (${reason(error)}).`;
