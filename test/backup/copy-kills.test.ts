import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CopyStep } from '../../src/backup/offsite/context';
import { copyBackups } from '../../src/backup/offsite/copy';
import { isCopyRunning } from '../../src/backup/offsite/copy';
import { mayMount } from '../support/small-disk';
import { placeBackup } from './backup-files';
import { startChild, type Child } from './child';
import { copiesIn, isConsistent, openCopyBench, type CopyBench } from './copy-support';
import { rejection, waitFor } from './support';

let bench: CopyBench;
beforeEach(async () => {
  bench = await openCopyBench({}, 2);
});
afterEach(() => {
  bench.close();
});

const place = (second: number, sql?: string): string => {
  const at = new Date(Date.UTC(2026, 10, 23, 1, 2, second));
  const fields = { pool: 'pool-1', lastOperation: { number: second, uid: `uid-${second}` }, startedAt: at };
  return placeBackup(bench.settings.directory, at, sql === undefined ? fields : { ...fields, sql });
};

/** Text that does not compress. */
function noise(bytes: number): string {
  let text = '';
  for (let i = 0; text.length < bytes; i++) text += `-- ${createHash('sha512').update(String(i)).digest('base64')}\n`;
  return `${text}-- Dump completed on 2026-11-23  1:02:03\n`;
}

function start(standAt?: CopyStep): Child {
  const { settings, copy } = bench;
  const address = { user: '', database: 'pool', hosts: [] };
  const input = { dependencies: { settings, address }, copy, request: { trigger: 'OPERATION' as const, force: false } };
  return startChild(standAt === undefined ? input : { ...input, standAt });
}

/** Whatever was killed and where: the next one finds what is missing, and nothing else lies about. */
async function recovers(): Promise<void> {
  await waitFor('the lock of the killed one', async () => !(await isCopyRunning(bench.settings)));
  await copyBackups(bench.dependencies);
  expect(copiesIn(bench.files())).toHaveLength(2);
  expect(isConsistent(bench.target)).toBe(true);
  expect((await copyBackups(bench.dependencies)).copied).toEqual([]);
}

test.each<CopyStep>(['locked', 'copying', 'stored', 'verified', 'copied', 'unmarked'])(
  'killed at the step "%s", the next one makes up for it',
  async (step) => {
    if (step === 'unmarked') {
      for (const second of [1, 2]) place(second);
      await copyBackups(bench.dependencies);
    }
    for (const second of [3, 4]) place(second);
    const child = start(step);
    await child.reached(step);
    await child.end();
    // A copy counts only once it was read back.
    if (step === 'stored') expect(bench.files().filter((name) => name.endsWith('.sha256'))).toEqual([]);
    await recovers();
  },
);

test('killed in the middle of the file, it leaves nothing that looks like a copy', async () => {
  for (const second of [1, 2]) place(second, noise(40 * 2 ** 20));
  for (let round = 0; round < 3; round++) {
    const child = start();
    await waitFor('a part of a copy', () => bench.files().some((name) => name.endsWith('.part')));
    await child.end();
    expect(copiesIn(bench.files())).toEqual([]);
  }
  expect(bench.files().filter((name) => name.endsWith('.part')).length).toBeGreaterThan(0);
  await recovers();
});

(mayMount ? describe : describe.skip)('a target of 8 MiB', () => {
  beforeEach(() => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${8 * 2 ** 20}`, 'tmpfs', bench.target]);
  });
  afterEach(() => {
    execFileSync('umount', [bench.target]);
  });

  test('that is full costs the copy and nothing else, and heals when there is room again', async () => {
    place(1);
    await copyBackups(bench.dependencies);
    const before = bench.files();
    place(2, noise(4 * 2 ** 20));
    const filler = path.join(bench.target, 'filler');
    const { bavail, bsize } = statfsSync(bench.target);
    writeFileSync(filler, Buffer.alloc(bavail * bsize - 2 ** 20));
    const { message } = await rejection(copyBackups(bench.dependencies));
    expect(message).toBe(`Copying the backups to ${bench.target} failed: the disk is full.`);
    expect(bench.files()).toEqual([...before, 'filler'].sort());
    expect(readdirSync(bench.settings.directory)).toHaveLength(2);
    rmSync(filler);
    await recovers();
  });

  test('that is read-only is a failure in words', async () => {
    place(1);
    execFileSync('mount', ['-o', 'remount,ro', bench.target]);
    const { message } = await rejection(copyBackups(bench.dependencies));
    expect(message).toMatch(/ failed: the file system is read-only \(.*\)\.$/);
    execFileSync('mount', ['-o', 'remount,rw', bench.target]);
    place(2);
    await recovers();
  });
});
