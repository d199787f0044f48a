import { AFTER_SWAP, BEFORE_SWAP } from '../../../database/connection/own-tables';
import { BackupError } from '../../core/errors';
import { createSchemaLike } from '../../server/auxiliary-schema';
import type { Session } from '../../server/session';
import { tablesOf } from '../common/tables';
import { dropCode, runCode, triggersOf, turnDefaults, type CodeContext } from './code';
import { noteAfterSwap, noteBeforeSwap, readBeforeSwap } from './notes';
import { LostInSwap, moves, patiently, renameAll } from './rename';

/** What two databases have beside their tables, as statements that make it; null where there is nothing. */
interface SwapCode {
  restored: Buffer | null;
  replaced: Buffer | null;
}

/**
 * Puts the tables of `fresh` in the place of the live ones, and those into `aside`, by one statement that the server
 * does wholly or not at all: nobody ever sees some of them. What runs at that moment ends first; what comes, waits for
 * milliseconds. What is no table is made afterwards, by `finishSwap`. No server moves a table with triggers: they are
 * dropped right before, and until they are made again, rows come and go without them.
 * @throws LostInSwap where nobody knows; any other error where nothing was changed
 */
export async function swapIn(context: CodeContext, fresh: string, aside: string, code: SwapCode): Promise<void> {
  const { session } = context;
  const { query, address } = session;
  const live = address.database;
  await createSchemaLike(query, live, aside);
  try {
    await noteAfterSwap(query, { copy: fresh, todo: code.restored ?? Buffer.alloc(0), replaced: code.replaced });
    if (code.replaced !== null) await noteBeforeSwap(query, aside, code.replaced);
    // In use, so that the binary log tells by the statement's database that the live one was replaced.
    await query('USE ??', [live]);
    await makeReady(session, live);
    const undo = code.replaced === null ? [] : moves([BEFORE_SWAP], aside, fresh);
    await renameAll(session, [
      ...moves(await tablesOf(query, live), live, aside),
      ...moves(await tablesOf(query, fresh), fresh, live),
      ...moves([AFTER_SWAP], fresh, aside),
      ...undo,
    ]);
  } catch (error) {
    // What cannot be undone now, the next run undoes.
    if (!(error instanceof LostInSwap)) await undoSwap(context, aside).catch(() => undefined);
    throw error;
  }
}

/** Ends what an event or a trigger of the live database would do to the restored tables. */
async function makeReady(session: Session, live: string): Promise<void> {
  const { query } = session;
  const events = await query(
    `SELECT EVENT_NAME AS name FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ? AND STATUS = 'ENABLED'`,
    [live],
  );
  for (const { name } of events) await query('ALTER EVENT ??.?? DISABLE', [live, String(name)]);
  for (const name of await triggersOf(query, live)) await patiently(session, 'DROP TRIGGER ??.??', [live, name]);
}

/** Undoes what a swap began that did not happen, and drops the schema that it made. */
export async function undoSwap(context: CodeContext, aside: string): Promise<void> {
  const { query, address } = context.session;
  const undo = await readBeforeSwap(query, aside);
  if (undo !== null) {
    for (const name of await triggersOf(query, address.database)) {
      await query('DROP TRIGGER IF EXISTS ??.??', [address.database, name]);
    }
    await runCode(context, address.database, undo, true);
  }
  await query('USE ??', [address.database]);
  await query('DROP DATABASE IF EXISTS ??', [aside]);
}

/**
 * Gives the live database, after a swap, what the restored one has beside its tables, and nothing else. Once more does
 * no harm.
 * @param copy the schema in which its tables were made
 */
export async function finishSwap(context: CodeContext, copy: string, code: Buffer): Promise<void> {
  const { session } = context;
  const { database } = session.address;
  await turnDefaults(session, copy, database);
  await dropCode(session.query, database);
  if (code.length > 0) await runCode(context, database, code);
}

/**
 * Gives the tables of `fresh` to a new schema of that name, and what else `code` makes.
 * @throws BackupError where it exists
 */
export async function moveInto(context: CodeContext, fresh: string, name: string, code: Buffer | null): Promise<void> {
  const { session } = context;
  const { query } = session;
  const tables = await tablesOf(query, fresh);
  try {
    await createSchemaLike(query, fresh, name);
  } catch (error) {
    throw BackupError.from(error, `The database ${name} could not be made`);
  }
  try {
    await renameAll(session, moves(tables, fresh, name));
    await turnDefaults(session, fresh, name);
    if (code !== null) await runCode(context, name, code);
  } catch (error) {
    await query('DROP DATABASE ??', [name]).catch(() => undefined);
    throw error;
  }
}
