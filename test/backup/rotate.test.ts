import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listBackups, readBackup, type Backup } from '../../src/backup/files/catalogue';
import { backupFilename } from '../../src/backup/files/filename';
import { label, writeProof, type Judged, type Proof } from '../../src/backup/files/proofs';
import { removeBackups } from '../../src/backup/files/remove-backups';
import { expendable, type Rotation } from '../../src/backup/files/keep-newest';
import { placeBackup, proofOf, type Fields } from './backup-files';
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

const rotate = (folder: string, rotation: Rotation<Judged>): ReturnType<typeof removeBackups> =>
  removeBackups(folder, expendable(rotation));

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

/** Places one a day with the labels given, the oldest first; returns the names. */
async function placeLabelled(labels: readonly (Proof['state'] | 'UNPROVEN')[], fields: Fields = {}): Promise<string[]> {
  const names: string[] = [];
  for (const [i, state] of labels.entries()) {
    const file = placeBackup(directory, new Date(FIRST + i * DAY), fields);
    const backup = (await readBackup(file)) as Backup;
    names.push(backup.filename);
    if (state !== 'UNPROVEN') await writeProof(proofDirectory(), proofOf(backup, state));
  }
  return names;
}

const proofDirectory = (): string => path.join(directory, 'proofs');

/** Rotates all that is there, and tells what is left, by the letters of the alphabet, the oldest first. */
async function left(
  names: readonly string[],
  keep: number,
  current: readonly string[] = [],
  proves = true,
): Promise<string> {
  const backups = await label(proofDirectory(), await listBackups(directory));
  await rotate(directory, { backups, current: new Set(current), keep, proves });
  const present = new Set(readdirSync(directory));
  return names.map((name, i) => (present.has(name) ? String.fromCharCode(97 + i) : '')).join('');
}

test('the newest PROVEN one stays, and the newest of today’s history, and the newest that is both', async () => {
  const names = await placeLabelled(['PROVEN', 'UNPROVEN', 'PROVEN', 'UNPROVEN', 'UNPROVEN', 'UNPROVEN']);
  // a: PROVEN and current. c: PROVEN. d: current. f: the newest. b and e are nothing of that.
  expect(await left(names, 1, [names[0] ?? '', names[3] ?? ''])).toBe('acdf');
});

test.each([1, 2, 3])(
  'the newest PROVEN one stays under newer ones that are UNSOUND, of which %d stay',
  async (keep) => {
    const names = await placeLabelled(['PROVEN', 'PROVEN', 'UNSOUND', 'UNSOUND', 'UNSOUND', 'UNSOUND']);
    expect(await left(names, keep, names)).toBe(`b${'cdef'.slice(-keep)}`);
  },
);

test('while proofs lag behind no PROVEN one goes; once the new ones are PROVEN, as many as are kept are left', async () => {
  const labels = ['PROVEN', 'PROVEN', 'PROVEN', 'UNPROVEN', 'UNPROVEN', 'UNPROVEN'] as const;
  const names = await placeLabelled(labels);
  expect(await left(names, 3, names)).toBe('abcdef');
  // The file that was just published takes the place of the oldest, as ever.
  await placeLabelled([...labels.slice(0, 4)].concat('PROVEN', 'UNPROVEN'));
  expect(await left(names, 3, names)).toBe('def');
  await placeLabelled(Array.from(labels, () => 'PROVEN' as const));
  expect(await left(names, 3, names)).toBe('def');
});

test('with BACKUP_VERIFY=checksum nothing is ever judged, and the newest stay', async () => {
  const names = await placeLabelled(['PROVEN', 'PROVEN', 'UNPROVEN', 'UNPROVEN']);
  expect(await left(names, 2, names, false)).toBe('bcd');
});

test('whatever the labels, the newest and the newest that were judged good stay, and once all are judged no more', () => {
  const STATES = ['PROVEN', 'UNSOUND', 'UNPROVEN', 'DAMAGED'] as const;
  let seed = 17;
  const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 500; round++) {
    const keep = 1 + random(4);
    const backups = Array.from({ length: random(14) }, (_, i) => {
      const state = STATES[random(4)] ?? 'PROVEN';
      return { filename: `file-${round}-${i}`, proof: state === 'UNPROVEN' ? null : { state } };
    });
    const current = new Set(backups.map(({ filename }) => filename));
    const stay = (all: typeof backups): typeof backups => {
      const gone = new Set(expendable({ backups: all, current, keep, proves: true }));
      return all.filter((backup) => !gone.has(backup));
    };
    const good = backups.filter(({ proof }) => proof?.state !== 'DAMAGED');
    const judged = good.filter(({ proof }) => proof !== null);
    const left = stay(backups);
    expect(left).toEqual(expect.arrayContaining(good.slice(0, keep)));
    if (good.slice(0, 2).every(({ proof }) => proof === null) && good.length > 1) {
      expect(left).toEqual(expect.arrayContaining(judged.slice(0, keep)));
    }
    const proven = left.map((backup) => ({ ...backup, proof: backup.proof ?? { state: 'PROVEN' as const } }));
    const count = stay(proven).filter(({ proof }) => proof?.state !== 'DAMAGED').length;
    // One more where the newest that is PROVEN is older.
    expect(count).toBeLessThanOrEqual(keep + 1);
  }
});

test('a DAMAGED one is never counted as a good one, and pushes none out', async () => {
  const names = await placeLabelled(['PROVEN', 'PROVEN', 'DAMAGED', 'DAMAGED']);
  expect(await left(names, 2, names)).toBe('abcd');
});

test('a DAMAGED one goes once enough good ones are newer, and of many no more than are kept stay', async () => {
  const many = await placeLabelled(['DAMAGED', 'PROVEN', 'PROVEN', 'DAMAGED', 'DAMAGED', 'DAMAGED']);
  expect(await left(many, 2, many)).toBe('bcef');
});

test('a proof of other bytes is no proof: the file of that name is not PROVEN', async () => {
  const names = await placeLabelled(['PROVEN', 'UNPROVEN', 'UNPROVEN']);
  placeBackup(directory, new Date(FIRST), { sql: 'SELECT 2;\n\n-- Dump completed\n' });
  expect(await left(names, 1)).toBe('c');
});

test('the newest of what restores replaced stays, however many come after it', async () => {
  const safety = await placeLabelled(['UNPROVEN', 'UNPROVEN'], { safety: true });
  const later = [5, 6].map((day) => path.basename(placeBackup(directory, new Date(FIRST + day * DAY))));
  expect(await left([...safety, ...later], 1)).toBe('bd');
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
