import { sqlErrno } from '../../../database/connection/errors';
import { ClientFailure } from '../../client/client-run';
import { reasonOf } from '../../core/errors';
import type { Backup } from '../../files/catalogue';
import { createSchemaLike, findOwnSchemas, ownSchemaName } from '../../server/auxiliary-schema';
import type { Session } from '../../server/session';
import { tablesOf } from '../common/tables';
import { noteDone, readAfterSwap, readBeforeSwap } from './notes';
import { moves, renameAll } from './rename';
import { saveReplaced, type SaveContext } from './save-replaced';
import { finishSwap, undoSwap } from './swap';

interface Settled {
  /** The backups that were made of what was replaced. */
  saved: Backup[];
  /** What could not be saved or dropped, in sentences that the log tells too. */
  warnings: string[];
}

/**
 * Goes on where restores that were killed ended: undoes what came before a swap that did not happen, does what was to
 * come after one that did, saves what was replaced and drops it. What cannot be done stays as it is, is told, and the
 * next run tries again. Only under the lock on backups.
 */
export async function settleReplaced(context: SaveContext): Promise<Settled> {
  const { session } = context;
  const { database } = session.address;
  const settled: Settled = { saved: [], warnings: [] };
  for (const kind of ['discarded', 'replaced'] as const) {
    for (const schema of await findOwnSchemas(session.query, database, [kind])) {
      if ((await readBeforeSwap(session.query, schema)) !== null) {
        await telling(context, settled, `What a restore began could not be undone (${schema})`, () =>
          undoSwap(context, schema),
        );
        continue;
      }
      const problem = await finish(context, schema);
      if (problem !== null) tell(context, settled, problem);
      if (kind === 'discarded') await dropped(session, schema);
      else await saveAndDrop(context, schema, settled);
    }
  }
  return settled;
}

/**
 * Does what is to come after the swap that made this schema.
 * @returns what the server refused, in a sentence; it is not tried again
 * @throws where nobody knows how far it came
 */
export async function finish(context: SaveContext, schema: string): Promise<string | null> {
  const { query } = context.session;
  const note = await readAfterSwap(query, schema);
  if (note === null || note.todo === null) return null;
  let problem: string | null = null;
  try {
    await finishSwap(context, note.copy, note.todo);
  } catch (error) {
    const isRefused = sqlErrno(error) !== undefined || (error instanceof ClientFailure && error.sqlErrors.length > 0);
    if (!isRefused) throw error;
    problem = `The views, triggers, routines and events could not all be made: ${reasonOf(error)}.`;
  }
  await noteDone(query, schema);
  return problem;
}

/** What older swaps had still to do is void after another one: it is about a database that is replaced now. */
export async function voidOlder({ session }: Pick<SaveContext, 'session'>, aside: string): Promise<void> {
  const { query, address } = session;
  for (const schema of await findOwnSchemas(query, address.database, ['discarded', 'replaced'])) {
    if (schema !== aside && (await readAfterSwap(query, schema)) !== null) await noteDone(query, schema);
  }
}

async function saveAndDrop(context: SaveContext, schema: string, settled: Settled): Promise<void> {
  const { query } = context.session;
  if ((await tablesOf(query, schema)).length > 0) {
    const code = (await readAfterSwap(query, schema))?.replaced ?? null;
    const doing = `What was replaced could not be saved, and stays in the database ${schema} until a backup saves it`;
    const isSaved = await telling(context, settled, doing, async () => {
      settled.saved.push(await saveReplaced(context, schema, code));
    });
    if (!isSaved) return;
  }
  settled.warnings.push(...(await discard(context, schema)));
}

/**
 * Drops a database that need not be kept. Never throws.
 * @returns what is in the way, in a sentence that the log tells too
 */
export async function discard(
  { session, log }: Pick<SaveContext, 'session' | 'log'>,
  schema: string,
): Promise<string[]> {
  const failure = await dropped(session, schema);
  if (failure === null) return [];
  const rest = await setAside(session, schema).catch(() => schema);
  const tables = (await tablesOf(session.query, rest).catch(() => [])).join(', ');
  const warning =
    `The database ${rest}, which is no longer needed, could not be dropped (${failure}): where another database refers ` +
    `to its tables (${tables}), drop that foreign key there and make it again on ${session.address.database}; the next ` +
    `backup then drops the rest.`;
  log.warn(warning);
  return [warning];
}

/** Some of it may be gone: what is left must not be saved one day as if it were all. */
async function setAside(session: Session, schema: string): Promise<string> {
  const { query, address } = session;
  const rest = ownSchemaName(address.database, 'discarded');
  await createSchemaLike(query, schema, rest);
  await renameAll(session, moves(await tablesOf(query, schema), schema, rest));
  await query('USE ??', [address.database]);
  await query('DROP DATABASE ??', [schema]);
  return rest;
}

/** @returns why it could not be dropped; a database that this account does not even see may refer to it */
async function dropped({ query }: Session, schema: string): Promise<string | null> {
  try {
    await query('DROP DATABASE IF EXISTS ??', [schema]);
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}

/** @returns whether it was done; what went wrong is told otherwise */
async function telling(
  context: SaveContext,
  settled: Settled,
  doing: string,
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (context.signal?.aborted === true) throw error;
    tell(context, settled, `${doing}: ${reasonOf(error)}.`);
    return false;
  }
}

function tell({ log }: SaveContext, { warnings }: Settled, warning: string): void {
  log.warn(warning);
  warnings.push(warning);
}
