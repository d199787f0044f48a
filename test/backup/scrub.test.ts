import {
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs';
import path from 'node:path';
import { BackupLog } from '../../src/backup/core/log';
import { backupSettings, type BackupSettings } from '../../src/backup/core/settings';
import type { Backup } from '../../src/backup/files/catalogue';
import { backupFilename } from '../../src/backup/files/filename';
import { damagedFiles, isScrubDue, scrub, type ScrubOptions } from '../../src/backup/schedule/scrub';
import { startTestServer } from '../support/server';
import { placeBackup } from './backup-files';
import { temporaryFolder, waitFor } from './support';

const WEEK_MS = 604_800_000;
const OLD = new Date('2026-11-01T00:00:00Z');
const OLDER = new Date('2026-10-01T00:00:00Z');
const NEW = new Date('2026-11-22T00:00:00Z');
const NOW = new Date('2026-11-23T00:00:00Z');

let folder: string;
let settings: BackupSettings;
let labelled: string[];
beforeEach(() => {
  folder = temporaryFolder();
  settings = backupSettings(folder, { keep: 10, verify: 'restore' });
  mkdirSync(settings.directory, { recursive: true });
  labelled = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function check(change: Partial<ScrubOptions> = {}): Promise<string[]> {
  return scrub({
    settings,
    log: new BackupLog(settings.logFile),
    everyMs: WEEK_MS,
    onDamaged: ({ filename }: Backup) => {
      labelled.push(filename);
      return Promise.resolve();
    },
    now: () => NOW,
    rest: () => Promise.resolve(),
    ...change,
  });
}

const log = (): string => readFileSync(settings.logFile, 'utf8');

/** Flips a bit in the midst of its SQL, which no look at its last lines would find. */
function damage(file: string): void {
  const { atime, mtime } = statSync(file);
  const handle = openSync(file, 'r+');
  writeSync(handle, 'X', 5);
  closeSync(handle);
  utimesSync(file, atime, mtime);
}

test('what is due is read again, the oldest first, and not once more until it is due again', async () => {
  placeBackup(settings.directory, OLD);
  placeBackup(settings.directory, OLDER);
  placeBackup(settings.directory, NEW);
  const rests: number[] = [];
  const rest = (ms: number): Promise<void> => {
    rests.push(ms);
    return Promise.resolve();
  };
  expect(await check({ rest })).toEqual([]);
  expect([...log().matchAll(/Read db_backup-(\d{4}-\d\d)/g)].map(([, month]) => month)).toEqual(['2026-10', '2026-11']);
  expect(rests).toHaveLength(2);
  expect(statSync(path.join(settings.stateDirectory, 'scrub.json')).mode & 0o777).toBe(0o600);
  expect(await isScrubDue(settings, WEEK_MS, NOW)).toBe(false);
  await check({ rest });
  expect(rests).toHaveLength(2);
  expect(await isScrubDue(settings, WEEK_MS, new Date(NOW.getTime() + WEEK_MS))).toBe(true);
});

test('a file that does not match its hash is labelled, loud and known, until another takes its place', async () => {
  const file = placeBackup(settings.directory, OLD);
  damage(file);
  const problem = `${file} is damaged: its content does not match the SHA-256 that it was written with.`;
  expect(await check()).toEqual([problem]);
  expect(labelled).toEqual([path.basename(file)]);
  expect(log()).toContain(` ERROR DAMAGED: ${problem}`);
  expect(await damagedFiles(settings)).toEqual([problem]);
  rmSync(file);
  placeBackup(settings.directory, OLD);
  expect(await damagedFiles(settings)).toEqual([]);
  expect(await check()).toEqual([]);
  expect(log()).toContain('it matches its hash.');
});

test('a file whose last lines are gone is damaged as well', async () => {
  const file = placeBackup(settings.directory, OLD);
  writeFileSync(file, readFileSync(file).subarray(0, 40));
  expect(await check()).toEqual([expect.stringMatching(/is no complete backup/)]);
  expect(labelled).toEqual([]);
  rmSync(file);
  expect(await damagedFiles(settings)).toEqual([]);
});

test('a file that cannot be read is told like a damaged one, gets no label, and stays due until it can', async () => {
  placeBackup(settings.directory, OLDER);
  const file = path.join(settings.directory, backupFilename(OLD));
  symlinkSync(file, file);
  for (let round = 0; round < 2; round++) {
    expect(await check()).toEqual([]);
    expect(await damagedFiles(settings)).toEqual([expect.stringContaining(`The backup ${file} cannot be read: `)]);
    expect(await isScrubDue(settings, WEEK_MS, NOW)).toBe(true);
    const state = readFileSync(path.join(settings.stateDirectory, 'scrub.json'), 'utf8');
    expect(JSON.parse(state)).toMatchObject({ [path.basename(file)]: { at: OLD.toISOString() } });
  }
  expect(labelled).toEqual([]);
  expect(log().match(/ WARN A kept backup could not be checked: /g)).toHaveLength(2);
  // It holds up no other.
  expect(log()).toContain('Read db_backup-2026-10-');
  rmSync(file);
  placeBackup(settings.directory, OLD);
  expect(await damagedFiles(settings)).toEqual([]);
  await check();
  expect(await isScrubDue(settings, WEEK_MS, NOW)).toBe(false);
});

test('a state that is torn, or of a clock that was ahead, delays no check', async () => {
  placeBackup(settings.directory, OLD);
  await check({ now: () => new Date('2030-01-01T00:00:00Z') });
  expect(await isScrubDue(settings, WEEK_MS, NOW)).toBe(true);
  await check();
  const state = path.join(settings.stateDirectory, 'scrub.json');
  writeFileSync(state, readFileSync(state).subarray(0, 30));
  expect(await isScrubDue(settings, WEEK_MS, NOW)).toBe(true);
});

test('a server finds a damaged file by itself, in a process of its own, and its status says so', async () => {
  const server = await startTestServer({ BACKUP_CHECK_EVERY: '1m' });
  try {
    const file = placeBackup(server.backups, OLD);
    damage(file);
    const status = (): Promise<{ backupStatus: { healthy: boolean; problem: string | null } }> =>
      server.admin.administer('{ backupStatus { healthy problem } }');
    const { backupStatus } = await waitFor(
      'the problem',
      async () => {
        const answer = await status();
        return answer.backupStatus.problem?.includes('is damaged') === true && answer;
      },
      30_000,
    );
    expect(backupStatus.healthy).toBe(false);
    expect(readFileSync(path.join(server.storageDir, 'logs', 'backup.log'), 'utf8')).toContain(' ERROR DAMAGED: ');
  } finally {
    await server.close();
  }
}, 60_000);
