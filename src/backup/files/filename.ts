const PATTERN = /^db_backup-(\d{4})-(\d\d)-(\d\d)_(\d\d)-(\d\d)-(\d\d)\.sql$/;
const LAST_SECOND = Date.UTC(9999, 11, 31, 23, 59, 59);

/** `db_backup-YYYY-MM-DD_HH-mm-ss.sql` for that moment, in UTC; the fraction of the second is cut. */
export function backupFilename(at: Date): string {
  const [day = '', time = ''] = at.toISOString().slice(0, 19).split('T');
  return `db_backup-${day}_${time.replaceAll(':', '-')}.sql`;
}

/** The second that a backup's name tells, or null where it is no such name ("2026-02-30" is none). */
export function timeOfFilename(filename: string): Date | null {
  const match = PATTERN.exec(filename);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  time.setUTCHours(hour, minute, second);
  return backupFilename(time) === filename ? time : null;
}

/**
 * The second for the next backup's name: now, but always later than `newest`, so that names stay in the order of
 * creation whatever the clock does. Null after the year 9999.
 */
export function nextNameTime(now: Date, newest: Date | null): Date | null {
  const current = Math.floor(now.getTime() / 1000) * 1000;
  const next = newest === null ? current : Math.max(current, newest.getTime() + 1000);
  return next > LAST_SECOND ? null : new Date(next);
}
