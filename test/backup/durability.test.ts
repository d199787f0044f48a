import { readlinkSync, rmSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { runBackup } from '../../src/backup/run/run-backup';
import { openBench, operate, temporaryFolder, type Bench } from './support';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench({ keep: 1 });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await bench.close();
});

/** Notes what is made to outlast a power cut, and what changes the folders, in the order in which each was done. */
async function record(): Promise<string[]> {
  const events: string[] = [];
  const { directory, workDirectory } = bench.settings;
  const short = (file: unknown): string => {
    if (file === directory) return 'the folder';
    if (String(file).endsWith('.cnf')) return 'option file';
    return path.dirname(String(file)) === workDirectory ? 'work file' : path.basename(String(file));
  };
  const folder = temporaryFolder();
  const probe = await fs.open(path.join(folder, 'probe'), 'w');
  const prototype = Object.getPrototypeOf(probe) as fs.FileHandle;
  await probe.close();
  rmSync(folder, { recursive: true });
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on the very handle that it is asked of
  const { sync } = prototype;
  jest.spyOn(prototype, 'sync').mockImplementation(async function (this: fs.FileHandle) {
    const file = readlinkSync(`/proc/self/fd/${this.fd}`);
    await sync.call(this);
    events.push(`sync ${short(file)}`);
  });
  const { link, unlink } = fs;
  jest.spyOn(fs, 'link').mockImplementation(async (from, to) => {
    await link(from, to);
    events.push(`name ${short(to)}`);
  });
  jest.spyOn(fs, 'unlink').mockImplementation(async (file) => {
    await unlink(file);
    events.push(`remove ${short(file)}`);
  });
  return events;
}

test('data is synced before it gets its name, the name before anything old goes, and that is synced too', async () => {
  const backUp = async (): Promise<string> => {
    await operate(bench.database);
    const { published } = await runBackup(bench.dependencies, { trigger: 'OPERATION', force: false });
    return published[0]?.filename ?? '';
  };
  const events = await record();
  const first = await backUp();
  const second = await backUp();
  const dumps = events
    .slice(events.indexOf('sync work file'))
    .filter((event) => event !== 'remove option file' && !event.includes('state') && !event.includes('last-try'));
  expect(dumps).toEqual([
    'sync work file',
    `name ${first}`,
    'remove work file',
    'sync the folder',
    'sync work file',
    `name ${second}`,
    'remove work file',
    'sync the folder',
    `remove ${first}`,
    'sync the folder',
  ]);
});

test('a folder that is made is synced in the one above it: a power cut must not take it away with the backups in it', async () => {
  const events = await record();
  await runBackup(bench.dependencies, { trigger: 'MANUAL', force: true });
  const app = path.dirname(bench.settings.directory);
  const storage = path.dirname(app);
  const before = events.slice(0, events.indexOf('sync work file'));
  expect(before).toEqual(expect.arrayContaining([`sync ${path.basename(app)}`, `sync ${path.basename(storage)}`]));
});
