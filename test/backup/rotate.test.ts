import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listBackups } from '../../src/backup/catalogue';
import { backupFilename } from '../../src/backup/filename';
import { expendable, rotate } from '../../src/backup/rotate';
import { placeBackup } from './backup-files';
import { temporaryFolder } from './support';

let directory: string;
beforeEach(() => {
  directory = temporaryFolder();
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const FIRST = Date.UTC(2024, 0, 1);
const DAY = 24 * 3600 * 1000;

/** One a day and sometimes more, uneven as real ones are. */
const moments = (count: number): Date[] =>
  Array.from({ length: count }, (_, i) => new Date(FIRST + i * DAY - (i % 3) * 3600_000 + (i % 7) * 1000));

const keepAll = { current: new Set<string>() };

test.each([1, 2, 10, 299, 300, 1000])('of 300 backups, %d stay: the newest', async (keep) => {
  const times = moments(300).sort((a, b) => a.getTime() - b.getTime());
  for (const time of times) placeBackup(directory, time);
  const { removed, failures } = await rotate(directory, { ...keepAll, backups: await listBackups(directory), keep });
  expect(failures).toEqual([]);
  expect(removed).toHaveLength(Math.max(0, 300 - keep));
  expect(readdirSync(directory).sort()).toEqual(times.slice(-keep).map(backupFilename));
});

test('what is no complete backup is neither counted nor touched', async () => {
  const times = moments(400);
  const good: string[] = [];
  const others = ['notes.txt', 'dump.sql', '.hidden', 'db_backup-2026-02-30_00-00-00.sql', 'db_backup-2024-01-01.sql'];
  for (const name of others) writeFileSync(path.join(directory, name), 'keep me');
  times.forEach((time, i) => {
    const name = backupFilename(time);
    // Every third is broken, the newest among them: cut, empty, or of somebody else.
    if (i % 3 === 0) {
      writeFileSync(path.join(directory, name), ['', '-- Dump completed\n', 'half'][(i / 3) % 3] ?? '');
      others.push(name);
    } else {
      placeBackup(directory, time);
      good.push(name);
    }
  });
  await rotate(directory, { ...keepAll, backups: await listBackups(directory), keep: 5 });
  expect(readdirSync(directory).sort()).toEqual([...others, ...good.sort().slice(-5)].sort());
});

test('the newest verified one stays, and the newest of today’s history, and the newest that is both', async () => {
  const [a, b, c, d, e, f] = moments(6).map((time, i) => {
    placeBackup(directory, time, { verifiedAt: i === 0 || i === 2 ? new Date(FIRST) : null });
    return backupFilename(time);
  });
  const current = new Set([a ?? '', d ?? '']);
  await rotate(directory, { current, backups: await listBackups(directory), keep: 1 });
  // a: verified and current. c: verified. d: current. f: the newest. b and e are nothing of that.
  expect(readdirSync(directory).sort()).toEqual([a, c, d, f]);
  expect([b, e]).not.toContain(readdirSync(directory)[0]);
});

test('the newest of what restores replaced stays, however many come after it', async () => {
  const [a, b, c, d] = moments(4).map((time, i) => {
    placeBackup(directory, time, { ...(i < 2 ? { safety: true as const } : {}) });
    return backupFilename(time);
  });
  await rotate(directory, { ...keepAll, backups: await listBackups(directory), keep: 1 });
  expect(readdirSync(directory).sort()).toEqual([b, d]);
  expect([a, c]).toHaveLength(2);
});

test.each([0, -1, 1.5, Number.NaN])('to keep %d is refused', (keep) => {
  expect(() => expendable({ ...keepAll, backups: [], keep })).toThrow('must be 1 or more');
});

test('a backup that is gone already does not hold up the others', async () => {
  for (const time of moments(5)) placeBackup(directory, time);
  const backups = await listBackups(directory);
  rmSync(backups.at(-1)?.path ?? '');
  const { removed, failures } = await rotate(directory, { ...keepAll, backups, keep: 2 });
  expect(removed).toHaveLength(2);
  expect(failures).toEqual([]);
  expect(readdirSync(directory)).toHaveLength(2);
});

test('a backup that cannot be removed is reported and does not hold up the others', async () => {
  for (const time of moments(5)) placeBackup(directory, time);
  const backups = await listBackups(directory);
  const oldest = backups.at(-1);
  rmSync(oldest?.path ?? '');
  mkdirSync(oldest?.path ?? '');
  const { removed, failures } = await rotate(directory, { ...keepAll, backups, keep: 2 });
  expect(removed).toHaveLength(2);
  expect(failures.map(({ message }) => message)).toEqual([
    expect.stringContaining(`The old backup ${oldest?.filename ?? ''} could not be removed: `),
  ]);
});
