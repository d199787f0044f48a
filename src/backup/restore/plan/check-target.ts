import { sqlErrno } from '../../../database/connection/errors';
import { BackupError } from '../../core/errors';
import type { Session } from '../../server/session';
import { lacksRight } from '../../server/sql-rights';
import { schemaExists } from '../common/tables';

/**
 * Whether a new database of that name can be made, before hours are spent on what goes into it. Makes nothing.
 * @throws BackupError where it exists, or where the account may not make it
 */
export async function checkTarget({ query, address }: Session, name: string): Promise<void> {
  if (await schemaExists(query, name)) {
    throw new BackupError(`The database ${name} exists: choose another name, or drop it first.`);
  }
  try {
    // Rights are looked at before names, and neither database nor table is there.
    await query('CREATE TABLE ??.probe LIKE ??.no_such_table', [name, name]);
  } catch (error) {
    if (!lacksRight(error)) {
      if (sqlErrno(error) !== undefined) return;
      throw error;
    }
    throw new BackupError(
      `The database account ${address.user} may not make the database ${name}: grant it ALL on ` +
        `\`${name.replaceAll('_', '\\_')}\`.*, or choose a name that begins with ${address.database}_.`,
      { cause: error },
    );
  }
}
