import { AFTER_SWAP, BEFORE_SWAP } from '../../../database/connection/own-tables';
import type { Query } from '../../../database/connection/query';

/**
 * What is to be done after a swap. The table that holds it moves with the swap itself, from the restored copy into the
 * schema of what was replaced: where it is there, the swap has happened, and the one who finds it goes on.
 */
interface AfterSwap {
  /** The copy that was swapped in. */
  copy: string;
  /** Makes what the restored database has beside its tables; null once that is done. */
  todo: Buffer | null;
  /** Makes what the replaced one had beside its tables; null where it had nothing. */
  replaced: Buffer | null;
}

/** Writes the note into the copy, which the swap moves. */
export async function noteAfterSwap(query: Query, { copy, todo, replaced }: AfterSwap): Promise<void> {
  // In use, so that a binary log that is read later does not take this for a change of the live database.
  await query('USE ??', [copy]);
  await query(`CREATE TABLE ${AFTER_SWAP} (copy VARCHAR(64) NOT NULL, todo LONGBLOB, replaced LONGBLOB)`);
  await query(`INSERT INTO ${AFTER_SWAP} VALUES (?, ?, ?)`, [copy, todo, replaced]);
}

/** The note in that schema; null where no swap has moved one there. */
export async function readAfterSwap(query: Query, schema: string): Promise<AfterSwap | null> {
  if (!(await hasTable(query, schema, AFTER_SWAP))) return null;
  const [row] = await query(`SELECT copy, todo, replaced FROM ??.${AFTER_SWAP}`, [schema]);
  if (row === undefined) return null;
  return { copy: String(row.copy), todo: row.todo as Buffer | null, replaced: row.replaced as Buffer | null };
}

/** Notes that what is to be done is done. */
export async function noteDone(query: Query, schema: string): Promise<void> {
  await query(`UPDATE ??.${AFTER_SWAP} SET todo = NULL`, [schema]);
}

/**
 * Writes into the schema for what is replaced how to undo what is done to the live database right before the swap. The
 * swap moves it away: where it is there, the swap has not happened.
 */
export async function noteBeforeSwap(query: Query, schema: string, undo: Buffer): Promise<void> {
  await query('USE ??', [schema]);
  await query(`CREATE TABLE ${BEFORE_SWAP} (how LONGBLOB NOT NULL)`);
  await query(`INSERT INTO ${BEFORE_SWAP} VALUES (?)`, [undo]);
}

/** How to undo what was done before a swap that did not happen; null where there is nothing to undo. */
export async function readBeforeSwap(query: Query, schema: string): Promise<Buffer | null> {
  if (!(await hasTable(query, schema, BEFORE_SWAP))) return null;
  const [row] = await query(`SELECT how FROM ??.${BEFORE_SWAP}`, [schema]);
  return (row?.how as Buffer | undefined) ?? null;
}

async function hasTable(query: Query, schema: string, table: string): Promise<boolean> {
  const rows = await query('SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?', [
    schema,
    table,
  ]);
  return rows.length > 0;
}
