import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { copiesIn, isConsistent, makeIdentity } from '../backup/copy-support';
import { copyTools } from '../support/object-storage';
import { waitFor } from '../support/wait';
import { backupLog, clearUp, newFolder, processesOf, run, Server } from './programs';

beforeAll(copyTools, 300_000);
afterEach(clearUp);

const PASSED =
  /^Drill: operations up to 1 came back from \S+\.sql\.gz(\.age)? in [\d.]+ s \(found in [\d.]+ s, fetched in [\d.]+ s, restored and checked in [\d.]+ s\)\.\n$/;

/** A pool with one operation, copies of its backups, and a server that has ended. */
async function poolWithCopies(
  more: Record<string, string> = {},
): Promise<{ folder: string; target: string; settings: Record<string, string> }> {
  const folder = newFolder();
  const target = path.join(folder, 'copies');
  mkdirSync(target);
  const settings = { BACKUP_COPY_TO: target, BACKUP_VERIFY: 'checksum', ...more };
  const server = await Server.start(folder, settings);
  await (await server.signIn()).buy('1.00');
  await waitFor(
    'the copy of the purchase',
    () => isConsistent(target) && readdirSync(target).some((name) => name.includes('-op1-')),
  );
  await server.end('SIGTERM');
  return { folder, target, settings };
}

interface Status {
  healthy: boolean;
  problem: string | null;
  drill: { lastOperation: number; restoreMs: number; problem: string | null } | null;
}

async function statusOf(folder: string, settings: Record<string, string>): Promise<Status> {
  return JSON.parse((await run(folder, 'cli/db-status', { args: ['--json'], settings })).stdout) as Status;
}

test('a machine that has nothing but the target restores the newest copy, and tells how long that takes', async () => {
  const { target } = await poolWithCopies();
  const fresh = newFolder();
  const drill = await run(fresh, 'cli/db-drill', { args: ['--from', target] });
  expect([drill.code, drill.stdout]).toEqual([0, expect.stringMatching(PASSED)]);
  // Another target's copies tell nothing of those of the settings.
  expect(await statusOf(fresh, {})).toMatchObject({ drill: null });
  // It is a trial: nothing of what was restored is left.
  const work = path.join(fresh, 'storage', 'app');
  expect(readdirSync(path.join(work, 'backups'))).toEqual([]);
  expect(readdirSync(path.join(work, '.backup-work')).filter((name) => name.endsWith('.sql'))).toEqual([]);
  expect(processesOf(fresh)).toEqual([]);
}, 180_000);

test('a copy that is rotten makes the status unhealthy until a drill is passed', async () => {
  const { folder, target, settings } = await poolWithCopies();
  expect(await statusOf(folder, settings)).toMatchObject({ healthy: true, drill: null });
  const [newest = ''] = copiesIn(readdirSync(target)).filter((name) => name.includes('-op1-'));
  const file = path.join(target, newest);
  const sound = readFileSync(file);
  const rotten = Buffer.from(sound);
  rotten.fill(0, sound.length >> 1, (sound.length >> 1) + 64);
  writeFileSync(file, rotten);
  const failed = await run(folder, 'cli/db-drill', { settings });
  expect([failed.code, failed.stdout]).toEqual([1, '']);
  expect(failed.stderr).toMatch(/^The drill failed: [^\n]*-op1-[^\n]*\.\n$/);
  const { healthy, problem, drill } = await statusOf(folder, settings);
  expect([healthy, problem]).toEqual([false, failed.stderr.trim()]);
  expect(drill?.problem).not.toBeNull();
  expect(backupLog(folder)).toContain(` ERROR ${failed.stderr}`);

  writeFileSync(file, sound);
  expect((await run(folder, 'cli/db-drill', { settings })).code).toBe(0);
  const after = await statusOf(folder, settings);
  expect(after).toMatchObject({ healthy: true, problem: null, drill: { lastOperation: 1, problem: null } });
  expect(after.drill?.restoreMs).toBeGreaterThan(0);

  const { stdout, code } = await run(folder, 'cli/db-report', { settings });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Committed: 1 operation, \d+ changes in all\.$/m);
  expect(stdout).toMatch(/^Stored: [\d.]+ s after the commit in the median, [\d.]+ s at most\.$/m);
  expect(stdout).toMatch(/^Proven: nothing recorded\. No record of 1 operation\.$/m);
  expect(stdout).toMatch(/^Off-site: [\d.]+ s after/m);
  expect(stdout).toMatch(/^Drills: 2, of which 1 failed\. The slowest took [\d.]+ s to recover\.$/m);
  expect(await run(folder, 'cli/db-report', { args: ['--from', '2026-13-01'], settings })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^--from must be a time in UTC such as /) as string,
  });
}, 180_000);

test('the server drills by itself, where it has the key', async () => {
  const keys = newFolder();
  const identity = await makeIdentity(keys);
  const encrypted = { BACKUP_COPY_RECIPIENT: identity.recipient };
  const { folder, settings } = await poolWithCopies(encrypted);
  const server = await Server.start(folder, {
    ...settings,
    DRILL_EVERY: '1m',
    BACKUP_COPY_IDENTITY_FILE: identity.file,
  });
  await waitFor('a drill', () => / INFO Drill: operations up to 1 came back /.test(backupLog(folder)));
  await server.end('SIGTERM');
  expect(await statusOf(folder, settings)).toMatchObject({ healthy: true, drill: { lastOperation: 1 } });

  const without = await run(folder, 'cli/db-drill', { settings });
  expect(without.stderr).toMatch(/^\S+ is encrypted: name the file that holds its age identity with /);
  // What a person lacks is no fault of the copy.
  expect(await statusOf(folder, settings)).toMatchObject({ healthy: true, drill: { problem: null } });
}, 180_000);

test('what it lacks is said in one line', async () => {
  const folder = newFolder();
  expect(await run(folder, 'cli/db-drill')).toMatchObject({
    code: 1,
    stderr: 'There is no target to restore from: set BACKUP_COPY_TO, or name one.\n',
  });
  expect(await run(folder, 'cli/db-drill', { args: ['--from', 'ftp://x'] })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^--from must be a folder, or s3:\/\/bucket\/prefix\.\n/) as string,
  });
  const empty = path.join(folder, 'empty');
  mkdirSync(empty);
  expect(await run(folder, 'cli/db-drill', { args: ['--from', empty] })).toMatchObject({
    code: 1,
    stderr: `There is no copy of this pool in ${empty}.\n`,
  });
});
