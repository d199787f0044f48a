import type { Coverage } from '../files/coverage';
import type { Ledger } from '../core/ledger';
import type { Query } from '../../database/connection/query';
import { reportedElsewhere } from './peer-inventory';

/**
 * Detects operations that vanished although no db:restore ran: a restore ends with a backup, which explains its own gaps.
 * @returns one sentence; null where none are
 */
export async function lostOperations(
  { ahead }: Coverage,
  { ledger, query, directory }: { ledger: Ledger; query: Query; directory: string },
): Promise<string | null> {
  if (!(await ledger.isWhole(query))) {
    return (
      'The live database no longer holds every operation that was booked: bring them back with ' +
      'npm run db:restore -- --latest.'
    );
  }
  if (ahead === null) return null;
  // Another server may have made the backup that a restore ends with.
  const later = (await reportedElsewhere(query, directory)).filter(({ createdAt }) => createdAt > ahead.createdAt);
  const marks = later.map(({ lastOperation }) => lastOperation);
  if ((await ledger.existing(query, marks)).size > 0) return null;
  return (
    `The newest backup, ${ahead.filename}, holds operations up to ${ahead.lastOperation.number} that the live ` +
    `database does not: restore that file if they were lost, or, if they were to go, make a new backup with ` +
    `npm run db:backup.`
  );
}
