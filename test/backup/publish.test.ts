import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listBackups, type Backup } from '../../src/backup/files/catalogue';
import { inspectFile } from '../../src/backup/files/checksum';
import { publish } from '../../src/backup/files/publish';
import { createWorkFile, discardWorkFile } from '../../src/backup/files/staging';
import { placeBackup } from './backup-files';
import { rejection, temporaryFolder } from './support';

let folder: string;
let directory: string;
let workDirectory: string;
beforeEach(() => {
  folder = temporaryFolder();
  directory = path.join(folder, 'backups');
  workDirectory = path.join(folder, 'work');
  mkdirSync(directory);
  mkdirSync(workDirectory);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const SQL = Buffer.from('INSERT INTO t VALUES (1);\n-- Dump completed on 2026-11-23  1:02:03\n');
const NOON = '2026-11-23T12:00:00.500Z';

async function publishAt(now: string, onStep?: (step: string) => void): Promise<Backup> {
  const file = await createWorkFile(workDirectory, 'tag');
  try {
    await file.handle.write(SQL);
    return await publish({
      directory,
      file,
      begun: performance.now(),
      now: () => new Date(now),
      manifest: {
        lastOperation: { number: 1, uid: 'uid-1' },
        trigger: 'MANUAL',
        startedAt: new Date(now),
        sqlBytes: SQL.length,
        sha256: createHash('sha256').update(SQL).digest('hex'),
        serverVersion: 'x',
        schemaVersion: 'x',
        database: 'pool',
        verifiedAt: null,
      },
      ...(onStep === undefined ? {} : { onStep }),
    });
  } finally {
    await discardWorkFile(file);
  }
}

const latest = (): string => execFileSync('ls', ['-t', directory], { encoding: 'utf8' }).split('\n')[0] ?? '';

test('a published file is whole, private, named by its second, and known to the catalogue as it was told', async () => {
  const backup = await publishAt(NOON);
  expect(backup.filename).toBe('db_backup-2026-11-23_12-00-00.sql');
  expect(statSync(backup.path).mode & 0o777).toBe(0o600);
  expect(statSync(backup.path).mtime).toEqual(new Date('2026-11-23T12:00:00Z'));
  expect(statSync(backup.path).nlink).toBe(1);
  expect(await listBackups(directory)).toEqual([backup]);
  expect(await inspectFile(backup.path)).toEqual(backup);
  expect(readdirSync(workDirectory)).toEqual([]);
});

test('within one second each gets a name of its own, in order', async () => {
  const published = [await publishAt(NOON), await publishAt(NOON), await publishAt(NOON)];
  expect(published.map(({ filename }) => filename)).toEqual([
    'db_backup-2026-11-23_12-00-00.sql',
    'db_backup-2026-11-23_12-00-01.sql',
    'db_backup-2026-11-23_12-00-02.sql',
  ]);
  expect((await listBackups(directory))[0]).toEqual(published[2]);
  expect(latest()).toBe(published[2]?.filename);
});

test('a clock that jumped back does not confuse which is newest', async () => {
  const before = await publishAt(NOON);
  const after = await publishAt('2020-01-01T00:00:00Z');
  expect(after.filename).toBe('db_backup-2026-11-23_12-00-01.sql');
  expect(after.createdAt).toEqual(new Date('2020-01-01T00:00:00Z'));
  expect(await listBackups(directory)).toEqual([after, before]);
  expect(latest()).toBe(after.filename);
});

test('what else bears such a name is neither overwritten nor newer', async () => {
  const foreign = path.join(directory, 'db_backup-2026-11-23_12-00-00.sql');
  writeFileSync(foreign, 'precious');
  const backup = await publishAt(NOON);
  expect(backup.filename).toBe('db_backup-2026-11-23_12-00-01.sql');
  expect(readFileSync(foreign, 'utf8')).toBe('precious');
});

test('a name that somebody takes in the last moment is not overwritten', async () => {
  const taken = path.join(directory, 'db_backup-2026-11-23_12-00-00.sql');
  let rounds = 0;
  const backup = await publishAt(NOON, (step) => {
    if (step === 'synced' && rounds++ === 0) writeFileSync(taken, 'precious');
  });
  expect(rounds).toBe(2);
  expect(backup.filename).toBe('db_backup-2026-11-23_12-00-01.sql');
  expect(statSync(backup.path).mtime).toEqual(new Date('2026-11-23T12:00:01Z'));
  expect(readFileSync(taken, 'utf8')).toBe('precious');
});

test('before it is synced there is no such name, and at no step half a file under one', async () => {
  const seen: string[][] = [];
  await publishAt(NOON, (step) => {
    seen.push([step, ...readdirSync(directory)]);
  });
  expect(seen).toEqual([['synced'], ['named', 'db_backup-2026-11-23_12-00-00.sql']]);
});

test('after the last name that there can be, it says what to do', async () => {
  placeBackup(directory, 'db_backup-9999-12-31_23-59-59.sql');
  expect((await rejection(publishAt(NOON))).message).toBe(
    `db_backup-9999-12-31_23-59-59.sql in ${directory} bears the last name that there can be: rename it.`,
  );
});

test('a directory that is gone or not a directory is an error in words', async () => {
  rmSync(directory, { recursive: true });
  expect((await rejection(publishAt(NOON))).message).toMatch(
    /^The backup could not be published in .*: no such file or folder/,
  );
  writeFileSync(directory, '');
  expect((await rejection(publishAt(NOON))).message).toMatch(/a part of the path is no folder/);
});

const unlessRoot = process.getuid?.() === 0 ? test.skip : test;
unlessRoot('a read-only directory is an error in words', async () => {
  chmodSync(directory, 0o500);
  expect((await rejection(publishAt(NOON))).message).toMatch(/permission denied/);
  chmodSync(directory, 0o700);
});
