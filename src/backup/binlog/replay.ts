import type { Watch } from '../client/client-run';
import { BackupError } from '../core/errors';
import { readServer } from '../server/server-version';
import { lacksRight } from '../server/sql-rights';
import { openSession, type Session } from '../server/session';
import { readBinaryLog } from './binary-log';
import { leaveBinaryLog } from '../server/auxiliary-schema';
import { comparePlaces, type LogPlace } from './binlog-position';

export const REPLAY_RIGHTS = { mariadb: 'BINLOG REPLAY', mysql: 'REPLICATION_APPLIER' };

interface ReplayRequest extends Watch {
  /** At the live database, whose history is replayed. */
  session: Session;
  /** The schema that holds the restored backup. */
  schema: string;
  from: LogPlace;
  /** The commit of the last transaction to replay. */
  end: LogPlace;
  unlogged: boolean;
  workDirectory: string;
  tag: string;
}

/**
 * Applies to a restored copy what was committed to the live database after the backup's moment, transaction by
 * transaction, to the given one. Only changes of rows are applied, and only to the copy.
 * @throws BackupError
 */
export async function replay(request: ReplayRequest): Promise<void> {
  const { session: live, schema, from, end, unlogged, signal } = request;
  const options = signal === undefined ? {} : { signal };
  const session = await openSession({ ...live.address, database: schema }, options);
  const { family } = await readServer(live.query);
  try {
    if (unlogged) await leaveBinaryLog(session.query);
    for await (const event of readBinaryLog({ ...request, session: live, from, purpose: { kind: 'copy', schema } })) {
      if (event.kind === 'begin') await session.query('START TRANSACTION');
      else if (event.kind === 'rollback') await session.query('ROLLBACK');
      else if (event.kind === 'rows') {
        refuseOthers(event.tables, schema);
        await session.query(event.statement);
        // The log's own description: after it a MySQL server wants to be told whose numbers the transactions get.
        if (event.tables.length === 0 && family === 'mysql') await session.query(`SET SESSION gtid_next = 'AUTOMATIC'`);
      } else if (event.kind === 'commit') {
        await session.query('COMMIT');
        if (comparePlaces(event.at, end) >= 0) return;
      }
    }
    throw new BackupError('The binary log ended before the operation to restore to.');
  } catch (error) {
    if (!lacksRight(error)) throw BackupError.from(error, 'What came after the backup could not be replayed');
    throw new BackupError(
      `The database account ${live.address.user} may not replay the binary log: grant it ${REPLAY_RIGHTS[family]} and ` +
        `REPLICATION SLAVE, or restore a backup by its file.`,
      { cause: error },
    );
  } finally {
    session.close();
  }
}

/** The rows are binary: should the program not have turned them towards the copy, they would change the live tables. */
function refuseOthers(tables: readonly string[], schema: string): void {
  const foreign = tables.find((table) => !table.startsWith(`\`${schema}\`.`));
  if (foreign === undefined) return;
  throw new BackupError(`The binary log was not turned towards ${schema}: it would have changed ${foreign}.`);
}
