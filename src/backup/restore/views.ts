import { BackupError } from '../errors';
import type { Query } from '../ledger';
import { lacksRight } from '../verify';

/** A view by its name, and the statement that makes it in whatever schema is in use. */
export interface View {
  name: string;
  create: string;
}

/** The views of that schema. Leaves it in use. */
export async function viewsOf(query: Query, schema: string): Promise<View[]> {
  // The server leaves a schema's own name out of the definitions only while it is in use.
  await query('USE ??', [schema]);
  const rows = await query('SELECT TABLE_NAME AS name FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ?', [schema]);
  const views: View[] = [];
  for (const { name } of rows) {
    const [row] = await query('SHOW CREATE VIEW ??', [String(name)]);
    views.push({ name: String(name), create: String(row?.['Create View']) });
  }
  return views;
}

/** Whether the account may make views in that schema; makes none. */
export async function mayMakeViews(query: Query, schema: string): Promise<boolean> {
  const nothing = [schema, 'motorpool_none'];
  try {
    // Servers ask for the right before they find that what it shows does not exist.
    await query('CREATE VIEW ??.?? AS SELECT * FROM ??.??', [...nothing, ...nothing]);
    return true;
  } catch (error) {
    return !lacksRight(error);
  }
}

/** Gives the schema these views and no others. Leaves it in use. */
export async function putViews(query: Query, schema: string, views: readonly View[]): Promise<void> {
  await query('USE ??', [schema]);
  const rows = await query('SELECT TABLE_NAME AS name FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ?', [schema]);
  for (const { name } of rows) await query('DROP VIEW IF EXISTS ??', [String(name)]);
  let waiting = [...views];
  while (waiting.length > 0) {
    const failed: View[] = [];
    let failure: unknown;
    for (const view of waiting) {
      try {
        await query(view.create);
      } catch (error) {
        // It may build on one that comes later.
        failed.push(view);
        failure = error;
      }
    }
    if (failed.length === waiting.length) {
      throw BackupError.from(failure, `The view ${failed[0]?.name ?? ''} could not be made`);
    }
    waiting = failed;
  }
}
