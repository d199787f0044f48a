/** Who holds which lock of a cluster. */
export const LEASES = 'motorpool_leases';
/** What each server last told of its backups. */
export const REPORTS = 'motorpool_backups';

/**
 * Tables that are no part of the pool but stand beside its own, made when they are first needed: what they hold is true
 * now and nothing to go back to, so they are neither dumped nor restored.
 */
export const OWN_TABLES: readonly string[] = [LEASES, REPORTS];
