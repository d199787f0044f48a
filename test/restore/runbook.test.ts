import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { putNpm, runBlock } from '../docs/run-block';
import { waitFor } from '../support/wait';
import { backupsIn, clearUp, newFolder, Server } from '../process/programs';
import { flipBit } from './files';
import { blocksOf, openPool, RUNBOOK, statusOf } from './runbook';

afterEach(clearUp);

test('no shell block of the runbook is left out', () => {
  expect([...RUNBOOK.keys()]).toEqual([
    'Recovery',
    'One wrong sale is in the books',
    'A table was dropped, or rows were deleted',
    'The disk is lost, and there is a copy of the backups',
    // In runbook-copies.test.ts.
    'The disk is lost, and `BACKUP_COPY_TO` kept copies',
    'The newest backup is damaged',
    'Looking without replacing',
  ]);
});

test('one wrong sale', async () => {
  const { folder, server, admin: before, member } = await openPool();
  const [look = ''] = blocksOf('Recovery', 1);
  const [goBack = ''] = blocksOf('One wrong sale is in the books', 1);
  expect((await runBlock(folder, look)).stdout).toMatch(
    /^Healthy\.\nNewest operation 7, stored through 7, proven through 7/,
  );
  expect(await before.holding(member)).toBe('1025.00 at 100.0000');
  const { code, stdout, stderr } = await runBlock(folder, goBack);
  expect(stderr).toMatch(/^ {2}gone +1 operation\n +7 SELL_VEHICLE by \S.* <admin@example\.com> at .* UTC$/m);
  expect(stderr).toMatch(/A dry run: nothing was changed/);
  expect(stdout).toMatch(/Restored motorpool: operations up to 6\.\nHealthy\.\nNewest operation 6/);
  expect(code).toBe(0);
  // The server went on all the while, and goes on. Everybody signs in again.
  const admin = await server.signIn();
  expect(await admin.holding(member)).toBe('1000.00 at 100.0000');
  expect(await statusOf(admin)).toMatchObject({ healthy: true, lastOperation: 6, coveredThrough: 6 });
  await admin.buy('5.00');
  await waitFor('the backup of the new operation 7', async () => (await statusOf(admin)).coveredThrough === 7);

  const [beside = ''] = blocksOf('Looking without replacing', 1);
  expect(await runBlock(folder, beside)).toMatchObject({
    code: 0,
    stdout: 'Restored motorpool_before_seven: operations up to 6.\n',
  });
});

test('a dropped table', async () => {
  const { folder, server, member, query } = await openPool();
  const [toOperation = '', toLatest = ''] = blocksOf('A table was dropped, or rows were deleted', 2);
  await query('DROP TABLE contributions');
  expect((await runBlock(folder, toOperation)).stdout).toMatch(/^Restored motorpool: operations up to 7\.\nHealthy/);
  expect(await (await server.signIn()).holding(member)).toBe('1025.00 at 100.0000');

  await query('SET foreign_key_checks = 0');
  await query('DROP TABLE operations, users');
  const latest = await runBlock(folder, toLatest);
  expect(latest.stderr).toMatch(/whose operations cannot be read/);
  expect(latest).toMatchObject({ code: 0, stdout: 'Restored motorpool: operations up to 7.\n' });
  expect(await (await server.signIn()).holding(member)).toBe('1025.00 at 100.0000');
});

test('a lost disk, and a copy of the backups on a new machine', async () => {
  const { folder, server, member } = await openPool();
  const copy = path.join(folder, 'copy');
  mkdirSync(copy);
  for (const name of backupsIn(folder)) {
    execFileSync('cp', ['-p', path.join(folder, 'storage', 'app', 'backups', name), copy]);
  }
  await server.end('SIGTERM');
  rmSync(path.join(folder, 'storage'), { recursive: true });

  const fresh = newFolder();
  putNpm(fresh);
  const [restore = ''] = blocksOf('The disk is lost, and there is a copy of the backups', 1);
  const { code, stdout } = await runBlock(fresh, restore, { COPY: copy });
  expect(stdout).toMatch(/^PROVEN .*operations up to 7\nRestored motorpool: operations up to 7\.\nHealthy\./);
  expect(code).toBe(0);
  const again = await Server.start(fresh);
  const admin = await again.signIn();
  expect(await admin.holding(member)).toBe('1025.00 at 100.0000');
  expect(await statusOf(admin)).toMatchObject({ healthy: true, lastOperation: 7, coveredThrough: 7 });
});

test('a damaged newest backup', async () => {
  const { folder, member, server } = await openPool();
  const [verify = '', restore = ''] = blocksOf('The newest backup is damaged', 2);
  const newest = backupsIn(folder).at(-1) ?? '';
  const file = path.join(folder, 'storage', 'app', 'backups', newest);
  copyFileSync(file, path.join(folder, 'good.sql'));
  flipBit(file);
  // The one that the first start made is proven, too.
  const others = backupsIn(folder).length;
  const verified = await runBlock(folder, verify);
  expect(verified.code).toBe(1);
  expect(verified.stdout).toMatch(new RegExp(`^DAMAGED {5}${newest}  .* is damaged: its content does not match`));
  expect(verified.stdout.split('\n').filter((line) => line.startsWith('PROVEN '))).toHaveLength(others);

  await server.end('SIGTERM');
  // With the server down, the command starts the database for itself.
  const restored = await runBlock(folder, restore);
  expect(restored).toMatchObject({ code: 0 });
  expect(restored.stdout).toMatch(/^Restored motorpool: operations up to 7\.\nHealthy/);
  const again = await Server.start(folder);
  expect(await (await again.signIn()).holding(member)).toBe('1025.00 at 100.0000');
});
