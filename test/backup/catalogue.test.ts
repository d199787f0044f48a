import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { listBackups } from '../../src/backup/files/catalogue';
import { UnsoundBackup } from '../../src/backup/core/errors';
import { inspectFile } from '../../src/backup/files/checksum';
import { backupContent, placeBackup } from './backup-files';
import { rejection, temporaryFolder } from './support';

let directory: string;
beforeEach(() => {
  directory = temporaryFolder();
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const names = async (): Promise<string[]> => (await listBackups(directory)).map(({ filename }) => filename);
/** A user that every machine has. */
const NOBODY = 65_534;
const NAME = 'db_backup-2026-11-23_01-02-03.sql';

test('lists complete backups, newest first, with what they say of themselves', async () => {
  const file = placeBackup(directory, NAME);
  placeBackup(directory, 'db_backup-2025-11-23_01-02-03.sql');
  placeBackup(directory, 'db_backup-2026-11-23_01-02-04.sql', { trigger: 'MANUAL', verifiedAt: null });
  const [newest, middle, oldest] = await listBackups(directory);
  expect(newest).toMatchObject({ trigger: 'MANUAL', verifiedAt: null });
  expect(middle).toMatchObject({
    filename: NAME,
    path: file,
    sizeBytes: readFileSync(file).length,
    lastOperation: { number: 1, uid: 'uid-1' },
    createdAt: new Date('2026-11-23T01:02:03.456Z'),
    database: 'pool',
  });
  expect(oldest?.filename).toBe('db_backup-2025-11-23_01-02-03.sql');
});

test('a folder that is not there yet holds no backups', async () => {
  expect(await listBackups(path.join(directory, 'missing'))).toEqual([]);
});

test('a path that is no folder is an error in words', async () => {
  const file = placeBackup(directory, NAME);
  expect((await rejection(listBackups(file))).message).toMatch(/cannot be listed: a part of the path is no folder/);
});

test('a file cut at any byte is not listed', async () => {
  const whole = backupContent();
  const file = path.join(directory, NAME);
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(file, whole.subarray(0, length));
    expect(await names()).toEqual([]);
  }
});

test('a file with a bit flipped in its last two lines is not listed', async () => {
  const whole = backupContent();
  const file = path.join(directory, NAME);
  for (let byte = whole.indexOf('-- Dump completed'); byte < whole.length; byte++) {
    // The date of the completion line is of no interest; its hash tells.
    if (byte >= whole.indexOf(' on 2026') && byte < whole.indexOf('-- motorpool')) continue;
    const flipped = Buffer.from(whole);
    flipped[byte] = (flipped[byte] ?? 0) ^ 1;
    writeFileSync(file, flipped);
    expect(await names()).toEqual([]);
  }
});

test('what is no backup is not listed: foreign, empty, renamed, continued, linked, a folder', async () => {
  const good = placeBackup(directory, NAME);
  writeFileSync(path.join(directory, 'db_backup-2026-11-23_01-02-04.sql'), '');
  writeFileSync(path.join(directory, 'db_backup-2026-11-23_01-02-05.sql'), '\n');
  writeFileSync(
    path.join(directory, 'db_backup-2026-11-23_01-02-06.sql'),
    'INSERT INTO t VALUES (1);\n-- Dump completed\n',
  );
  writeFileSync(
    path.join(directory, 'db_backup-2026-11-23_01-02-07.sql'),
    Buffer.concat([backupContent(), Buffer.from('\n')]),
  );
  writeFileSync(
    path.join(directory, 'db_backup-2026-11-23_01-02-08.sql'),
    Buffer.concat([Buffer.from(' '), backupContent()]),
  );
  placeBackup(directory, 'db_backup-2026-11-23_01-02-09.sql', { sql: 'INSERT INTO t VALUES (1);\n' });
  placeBackup(directory, 'db_backup-2026-02-30_01-02-03.sql');
  placeBackup(directory, 'copy of the backup.sql');
  placeBackup(directory, `.${NAME}`);
  mkdirSync(path.join(directory, 'db_backup-2026-11-23_01-02-10.sql'));
  symlinkSync(good, path.join(directory, 'db_backup-2026-11-23_01-02-11.sql'));
  symlinkSync('/nowhere', path.join(directory, 'db_backup-2026-11-23_01-02-12.sql'));
  expect(await names()).toEqual([NAME]);
});

test('a file is judged on its own, wherever it lies and whatever its name', async () => {
  const file = placeBackup(directory, 'copied elsewhere.sql');
  expect(await inspectFile(file)).toMatchObject({ path: file, sqlBytes: expect.any(Number) as number });
  const link = path.join(directory, 'link.sql');
  symlinkSync(file, link);
  expect(await inspectFile(link)).toMatchObject({ path: file });
});

test('a bit flipped anywhere in the file is found', async () => {
  const whole = backupContent();
  const file = path.join(directory, NAME);
  for (let byte = 0; byte < whole.length; byte++) {
    const flipped = Buffer.from(whole);
    flipped[byte] = (flipped[byte] ?? 0) ^ 4;
    writeFileSync(file, flipped);
    expect((await rejection(inspectFile(file))).message).toMatch(/is damaged|is no complete backup/);
  }
});

test('says what is wrong with a file', async () => {
  const file = placeBackup(directory, NAME);
  const reason = async (): Promise<string> => (await rejection(inspectFile(file))).message;
  const flipped = readFileSync(file);
  flipped[3] = 0x21;
  writeFileSync(file, flipped);
  expect(await reason()).toBe(`${file} is damaged: its content does not match the SHA-256 that it was written with.`);
  truncateSync(file, 100);
  expect(await reason()).toBe(
    `${file} is no complete backup: its last lines are cut, damaged or not those of a backup.`,
  );
  truncateSync(file, 0);
  expect(await reason()).toBe(`${file} is empty.`);
  rmSync(file);
  expect(await reason()).toBe(`The backup ${file} cannot be read: no such file or folder (${file}).`);
});

test('a file that may not be read is not called damaged: whose it is, is told', async () => {
  const file = placeBackup(directory, NAME);
  chmodSync(file, 0o000);
  const owner = userInfo().username;
  const asRoot = process.geteuid?.() === 0;
  if (asRoot) {
    chmodSync(directory, 0o755);
    process.seteuid?.(NOBODY);
  }
  try {
    const error = await rejection(inspectFile(file));
    expect(error.message).toBe(`${file} may not be read: it belongs to ${owner}, so run this as sudo -u ${owner}.`);
    expect(error).not.toBeInstanceOf(UnsoundBackup);
  } finally {
    if (asRoot) process.seteuid?.(0);
  }
});
