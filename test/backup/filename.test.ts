import { backupFilename, nextNameTime, timeOfFilename } from '../../src/backup/files/filename';

const at = (text: string): Date => new Date(text);

test('a name tells the second in UTC', () => {
  expect(backupFilename(at('2026-11-23T01:02:03.999Z'))).toBe('db_backup-2026-11-23_01-02-03.sql');
  expect(timeOfFilename('db_backup-2026-11-23_01-02-03.sql')).toEqual(at('2026-11-23T01:02:03Z'));
  expect(timeOfFilename('db_backup-0050-01-01_00-00-00.sql')).toEqual(at('0050-01-01T00:00:00Z'));
});

test.each([
  'db_backup-2026-02-30_00-00-00.sql',
  'db_backup-2026-13-01_00-00-00.sql',
  'db_backup-2026-11-23_24-00-00.sql',
  'db_backup-2026-11-23_01-02-60.sql',
  'db_backup-2026-11-23_01-02-03.sql.gz',
  'db_backup-2026-11-23_01-02-03.SQL',
  'xdb_backup-2026-11-23_01-02-03.sql',
  'db_backup-2026-11-23_01-02-03.sql\n',
  'db_backup-2026-11-23 01-02-03.sql',
  'db_backup-2026-11-23_01-02-3.sql',
  '.db_backup-2026-11-23_01-02-03.sql',
  '',
])('%j is no name of a backup', (name) => {
  expect(timeOfFilename(name)).toBeNull();
});

test('the next name is now, or a second after the newest, whichever is later', () => {
  const now = at('2026-11-23T01:02:03.456Z');
  expect(nextNameTime(now, null)).toEqual(at('2026-11-23T01:02:03Z'));
  expect(nextNameTime(now, at('2026-11-23T01:02:02Z'))).toEqual(at('2026-11-23T01:02:03Z'));
  expect(nextNameTime(now, at('2026-11-23T01:02:03Z'))).toEqual(at('2026-11-23T01:02:04Z'));
  expect(nextNameTime(now, at('2031-12-31T23:59:59Z'))).toEqual(at('2032-01-01T00:00:00Z'));
  expect(nextNameTime(now, at('9999-12-31T23:59:59Z'))).toBeNull();
});
