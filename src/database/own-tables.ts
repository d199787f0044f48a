/** Who holds which lock of a cluster. */
export const LEASES = 'motorpool_leases';
/** What each server last told of its backups. */
export const REPORTS = 'motorpool_backups';

/**
 * Tables that are no part of the pool but stand beside its own, made when they are first needed: what they hold is true
 * now and nothing to go back to, so they are neither dumped nor restored.
 */
export const OWN_TABLES: readonly string[] = [LEASES, REPORTS];

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
