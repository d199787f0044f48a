import type { Backup } from '../catalogue';
import type { Session } from '../session';
import { readBinaryLog } from './binary-log';
import { isInBinaryLog, snapshotPlace } from './position';
import { changesTables } from './table-change';
import type { CopyContext } from './unpublished-backup';

/** So much is quicker to read than the database is to dump; a log that also got the restored rows holds far more. */
const MAX_EVENTS = 20_000;

/**
 * Whether the binary log proves that nothing changed between a safety backup and the swap that moved the live tables to
 * `aside`: then the backup holds them exactly. Where there is no such proof, no.
 */
export async function isUnchangedUntilSwap(
  context: CopyContext & { session: Session },
  safety: Backup,
  aside: string,
): Promise<boolean> {
  const { session } = context;
  const live = session.address.database;
  try {
    const from = await snapshotPlace(safety);
    if (from === null || !(await isInBinaryLog(session.query, from))) return false;
    let events = 0;
    for await (const event of readBinaryLog({ ...context, from, purpose: { kind: 'look', watch: '' } })) {
      if (++events > MAX_EVENTS) return false;
      if (event.kind === 'touch' && event.table.startsWith(`\`${live}\`.`)) return false;
      if (event.kind === 'statement' && changesTables(event.text, event.database, live)) {
        return /^RENAME TABLE /.test(event.text) && event.text.includes(`\`${aside}\``);
      }
    }
    return false;
  } catch {
    return false;
  }
}
