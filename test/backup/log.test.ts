import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { BackupLog } from '../../src/backup/core/log';
import { readLog } from '../../src/backup/core/log-reader';
import { temporaryFolder } from './support';

let folder: string;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = path.join(folder, 'logs', 'backup.log');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const messages = async (lines: number): Promise<string[]> => (await readLog(file, lines)).map(({ message }) => message);

test('one line an entry, private to its owner', () => {
  new BackupLog(file, () => new Date('2026-11-23T01:02:03.456Z')).info('Published it.');
  expect(readFileSync(file, 'utf8')).toBe('2026-11-23T01:02:03.456Z INFO Published it.\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
});

test('a message cannot forge a second line', async () => {
  new BackupLog(file).error('bad\n2026-11-23T01:02:03.456Z INFO all is well\r\n\u001b[31m\u2028x');
  const [entry, ...others] = await readLog(file, 10);
  expect(entry).toMatchObject({ level: 'ERROR', message: 'bad 2026-11-23T01:02:03.456Z INFO all is well [31m x' });
  expect(others).toEqual([]);
  expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(2);
});

test('the last entries come oldest first, with their levels and times', async () => {
  let second = 0;
  const log = new BackupLog(file, () => new Date(Date.UTC(2026, 0, 1, 0, 0, second++)));
  log.debug('a');
  log.info('b');
  log.warn('c');
  log.error('d');
  expect(await readLog(file, 3)).toEqual([
    { at: new Date('2026-01-01T00:00:01Z'), level: 'INFO', message: 'b' },
    { at: new Date('2026-01-01T00:00:02Z'), level: 'WARN', message: 'c' },
    { at: new Date('2026-01-01T00:00:03Z'), level: 'ERROR', message: 'd' },
  ]);
  expect(await messages(100)).toEqual(['a', 'b', 'c', 'd']);
  expect(await messages(0)).toEqual([]);
});

test('no log yet, no entries', async () => {
  expect(await readLog(file, 10)).toEqual([]);
});

test('half a line after a power cut, and what others wrote, costs no other entry', async () => {
  const log = new BackupLog(file);
  log.info('before');
  appendFileSync(file, '2026-11-23T01:02:03.456Z INF');
  log.info('after');
  appendFileSync(file, 'something else\n\n2026-99-99T01:02:03.456Z INFO no such day\n');
  log.info('at last');
  expect(await messages(2)).toEqual(['after', 'at last']);
  expect(await messages(10)).toEqual(['before', 'after', 'at last']);
});

test('reads across chunks whatever the lengths of the lines', async () => {
  const log = new BackupLog(file);
  const written = Array.from({ length: 400 }, (_, i) => `${i} ${'ü'.repeat((i * 37) % 1500)}`.trim());
  for (const message of written) log.info(message);
  expect(statSync(file).size).toBeGreaterThan(5 * 64 * 1024);
  for (const lines of [1, 2, 57, 399, 400, 1000]) expect(await messages(lines)).toEqual(written.slice(-lines));
});

test('a huge log costs no more memory than its end', async () => {
  mkdirSync(path.dirname(file));
  const block = 'x'.repeat(2 ** 20);
  for (let i = 0; i < 40; i++) appendFileSync(file, block);
  const before = process.memoryUsage().arrayBuffers;
  expect(await messages(10)).toEqual([]);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 2 ** 20);
  new BackupLog(file).info('found');
  expect(await messages(10)).toEqual(['found']);
});

test('a log that was moved away is made anew', async () => {
  const log = new BackupLog(file);
  log.info('old');
  renameSync(file, `${file}.1`);
  log.info('new');
  expect(await messages(10)).toEqual(['new']);
});

test('a log that cannot be written never costs a backup', () => {
  writeFileSync(path.join(folder, 'logs'), 'a file where the folder should be');
  const written: string[] = [];
  const spy = jest.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  new BackupLog(file).info('hello');
  spy.mockRestore();
  expect(existsSync(file)).toBe(false);
  expect(written.join('')).toMatch(/backup\.log cannot be written .* INFO hello/);
});
