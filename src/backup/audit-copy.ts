import type { Ledger, Query } from './ledger';

/** The audit makes temporary tables as long as the largest table, which a server otherwise keeps on the disk. */
const TEMPORARY_BYTES = 256 * 2 ** 20;

/** The audit of a database of ours, by a session of ours. Returns the first violation of each kind. */
export async function auditCopy(ledger: Ledger, query: Query): Promise<string[]> {
  await query(`SET SESSION tmp_table_size = ${TEMPORARY_BYTES}, max_heap_table_size = ${TEMPORARY_BYTES}`).catch(
    () => undefined,
  );
  return ledger.audit(query);
}
