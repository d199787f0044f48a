import { createHash } from 'node:crypto';
import type { Query } from '../../../database/connection/query';
import { dumpDatabase } from '../../dump/dump';
import { createWorkFile, discardWorkFile } from '../../files/staging';
import { loadDump } from '../../load/load-dump';
import type { Session } from '../../server/session';
import type { RestoreContext } from '../common/context';
import { filterFile } from '../common/dump-filter';
import { holdsCode, inventoryOf } from '../common/inventory';

/** What the client programs need. */
export type CodeContext = Pick<RestoreContext, 'session' | 'server' | 'workDirectory' | 'tag' | 'stallMs' | 'signal'>;

/** While it waits for a table, everybody else waits behind it. */
const WAIT_SECONDS = 60;

/**
 * The statements that make the views, triggers, routines and events of the live database, as the official dump program
 * writes them; null where it has none.
 * @param warn told, in a sentence, of each invalid view: no statement makes it again
 */
export async function codeOfLive(context: CodeContext, warn: (message: string) => void): Promise<Buffer | null> {
  const { session, workDirectory, tag } = context;
  const { database } = session.address;
  if (!holdsCode(await inventoryOf(session.query, database))) return null;
  const file = await createWorkFile(workDirectory, tag);
  try {
    const { sqlBytes } = await dumpDatabase({ ...context, file, withoutRows: true, warn });
    return (await filterFile(file.path, sqlBytes, database)).code;
  } finally {
    await discardWorkFile(file);
  }
}

/**
 * Runs such statements in that database by the stock client.
 * @param ours they were read from the live database, and not from a file
 * @throws ClientFailure where the server refuses one
 */
export async function runCode(context: CodeContext, database: string, code: Buffer, ours = false): Promise<void> {
  const { session, workDirectory, tag } = context;
  const file = await createWorkFile(workDirectory, tag);
  try {
    await file.handle.writeFile(code);
    await loadDump({
      ...context,
      address: { ...session.address, database },
      file: file.path,
      dump: { sqlBytes: code.length, sha256: createHash('sha256').update(code).digest('hex') },
      ours,
      initCommand: `SET SESSION lock_wait_timeout = ${WAIT_SECONDS}`,
    });
  } finally {
    await discardWorkFile(file);
  }
}

/** Drops the views, routines, events and triggers of that schema. */
export async function dropCode(query: Query, schema: string): Promise<void> {
  for (const object of await inventoryOf(query, schema)) {
    const at = object.indexOf(' ');
    const kind = object.slice(0, at).toUpperCase();
    if (kind !== 'TABLE' && kind !== 'SEQUENCE') {
      await query(`DROP ${kind} IF EXISTS ??.??`, [schema, object.slice(at + 1)]);
    }
  }
}

/** Names of triggers of that schema. */
export async function triggersOf(query: Query, schema: string): Promise<string[]> {
  return [...(await inventoryOf(query, schema))]
    .filter((object) => object.startsWith('trigger '))
    .map((object) => object.slice('trigger '.length));
}

/**
 * A default that takes the next number of a sequence names the sequence's database, which a move of both does not
 * change: so it is set again.
 * @param from the database in which the tables were made
 */
export async function turnDefaults({ query }: Session, from: string, schema: string): Promise<void> {
  const columns = await query(
    'SELECT TABLE_NAME AS onTable, COLUMN_NAME AS name, COLUMN_DEFAULT AS text FROM information_schema.COLUMNS ' +
      'WHERE TABLE_SCHEMA = ? AND INSTR(COLUMN_DEFAULT, ?) > 0',
    [schema, `\`${from}\`.`],
  );
  if (columns.length === 0) return;
  await query('SET SESSION system_versioning_alter_history = KEEP').catch(() => undefined);
  for (const { onTable, name, text } of columns) {
    const turned = String(text).replaceAll(`\`${from}\`.`, `\`${schema.replaceAll('`', '``')}\`.`);
    await query(`ALTER TABLE ??.?? ALTER COLUMN ?? SET DEFAULT ${turned}`, [schema, String(onTable), String(name)]);
  }
}
