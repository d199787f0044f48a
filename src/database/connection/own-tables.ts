/** One row for each lock of a cluster, with its holder. */
export const LEASES = 'motorpool_leases';
/** One row for each server, with the list of its backups as it last reported it. */
export const REPORTS = 'motorpool_backups';

/** What a restore has yet to do after it has moved tables, and how to undo what it did before. */
export const AFTER_SWAP = 'motorpool_after_swap';
export const BEFORE_SWAP = 'motorpool_before_swap';

/**
 * Tables beside the pool's own, made when they are first needed. They describe the present (locks, reports), so a restore
 * must not bring old ones back: they are neither dumped nor restored.
 */
export const OWN_TABLES: readonly string[] = [LEASES, REPORTS, AFTER_SWAP, BEFORE_SWAP];

/**
 * Makes one of them where it is missing. It is looked for first: on a cluster every CREATE TABLE stops all writers for
 * a moment, and so does one that makes nothing.
 * @param statement makes it IF NOT EXISTS: others may do so at the same time
 */
export async function makeOwnTable(
  query: (sql: string, parameters: readonly unknown[]) => Promise<readonly unknown[]>,
  name: string,
  statement: string,
): Promise<void> {
  const found = await query(
    'SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?',
    [name],
  );
  if (found.length === 0) await query(statement, []);
}
