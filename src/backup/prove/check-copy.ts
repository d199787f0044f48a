import type { Ledger } from '../core/ledger';
import type { Query } from '../../database/connection/query';
import { openSession, type Session } from '../server/session';

/** The ledger check makes temporary tables as long as the largest table, which a server otherwise keeps on the disk. */
const TEMPORARY_BYTES = 128 * 2 ** 20;
const SET_TEMPORARY_BYTES = `SET SESSION tmp_table_size = ${TEMPORARY_BYTES}, max_heap_table_size = ${TEMPORARY_BYTES}`;

/**
 * The ledger check of a database of ours, by a session of ours and a second one, which the server reads for at the same time.
 * @param copy asks the database at that address
 * @returns the violations, as `Ledger.check` tells them
 */
export async function checkCopy(
  ledger: Ledger,
  copy: Pick<Session, 'query' | 'address'>,
  signal?: AbortSignal,
): Promise<string[]> {
  // One connection does where the server gives no other.
  const second = await openSession(copy.address, signal === undefined ? {} : { signal }).catch(() => null);
  const queries: [Query, ...Query[]] = second === null ? [copy.query] : [copy.query, second.query];
  try {
    for (const query of queries) await query(SET_TEMPORARY_BYTES).catch(() => undefined);
    return await ledger.check(...queries);
  } finally {
    second?.close();
  }
}
