import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isolate, isolateBackedUp, type Isolated } from './isolated';

let pool: Isolated;
beforeEach(async () => {
  pool = await isolateBackedUp();
});
afterEach(() => pool.close());

test('db:status fits 80 columns, and its exit code is a probe', async () => {
  await pool.bench.operate(1);
  const behind = await pool.run('db-status');
  expect(behind.code).toBe(1);
  expect(behind.stdout).toMatch(/^NOT healthy: Operations? \d.* in no backup yet\.\nNewest operation/);
  await pool.bench.backUp();
  const well = await pool.run('db-status');
  expect(well).toMatchObject({ code: 0, stderr: '' });
  expect(well.stdout).toMatch(/^Healthy\.\n/);
  for (const line of [...behind.stdout.split('\n'), ...well.stdout.split('\n')]) {
    expect(line.length).toBeLessThanOrEqual(80);
  }
  const { code, stdout } = await pool.run('db-status', ['--json']);
  expect(code).toBe(0);
  const report = JSON.parse(stdout) as { backups: { filename: string }[] };
  expect(report).toMatchObject({ healthy: true, problem: null, pendingOperations: 0, running: false });
  const names = report.backups.map(({ filename }) => filename);
  expect(names).toEqual(readdirSync(pool.bench.settings.directory).sort().reverse());
  expect(report.backups[0]).toMatchObject({ current: true, lastOperation: await pool.bench.newest() });
});

test('db:status tells how the last try went, whatever the log says', async () => {
  const { stateDirectory, logFile } = pool.bench.settings;
  const problem = 'The disk that holds /backups is full: free some space there.';
  mkdirSync(stateDirectory, { recursive: true });
  const file = path.join(stateDirectory, 'last-try.json');
  writeFileSync(file, JSON.stringify({ at: new Date().toISOString(), problem }));
  rmSync(logFile, { force: true });
  const { code, stdout } = await pool.run('db-status');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^NOT healthy: The disk that holds \/backups is full: free some space there\.\n/);
  writeFileSync(file, '{"at":"2026-11-');
  expect((await pool.run('db-status')).code).toBe(0);
  await pool.bench.backUp();
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ problem: null });
});

test('a database that cannot be reached is one line, and the files are listed all the same', async () => {
  const settings = { DATABASE_URL: 'mysql://nobody:secret@127.0.0.1:1/pool' };
  const restored = await pool.run('db-restore', ['--latest', '--yes'], settings);
  expect(restored).toMatchObject({ code: 1, stdout: '' });
  expect(restored.stderr).toMatch(/^The database server at 127\.0\.0\.1:1, database pool cannot be reached .*\n$/);
  expect(restored.stderr).not.toContain('secret');
  const status = await pool.run('db-status', [], settings);
  expect(status.code).toBe(1);
  expect(status.stdout).toMatch(/^NOT healthy: The database server .* cannot be reached/);
  expect(status.stdout).toMatch(
    /^Newest operation unknown, stored through unknown, proven through unknown, unknown pending\.$/m,
  );
  expect(status.stdout).toMatch(/^db_backup-.* unknown$/m);
});

test('a journal that cannot be read is no empty one, and what advises is not what hides the loss', async () => {
  await pool.bench.query('DROP TABLE operations');
  const { code, stdout } = await pool.run('db-status', ['--json']);
  expect(code).toBe(1);
  const report = JSON.parse(stdout) as { problem: string };
  expect(report).toMatchObject({ lastOperation: null, coveredThrough: null, pendingOperations: null, count: 1 });
  expect(report.problem).toMatch(
    / holds no ledger: npm run db:restore -- --latest brings back .*, npm run db:migrate /,
  );
});

test('db:status is not healthy where operations are gone that no restore of ours explains', async () => {
  const { bench } = pool;
  const [kept] = await bench.backups();
  const status = () => pool.run('db-status');
  await bench.operate(2);
  await bench.backUp();
  await bench.restore({ kind: 'file', file: kept?.path ?? '' });
  expect((await status()).stdout).toMatch(/^Healthy\.\nNewest operation 3/);

  await bench.operate(1);
  const { filename } = await bench.backUp();
  await pool.stockRestore(kept?.path ?? '');
  const { code, stdout } = await status();
  expect(code).toBe(1);
  expect(stdout.replaceAll('\n', ' ')).toContain(
    `NOT healthy: The newest backup, ${filename}, holds operations up to 4 that the live database does not: restore`,
  );
  await bench.backUp();
  expect((await status()).stdout).toMatch(/^Healthy/);

  await bench.query('DELETE FROM operations');
  const emptied = await status();
  expect(emptied.code).toBe(1);
  expect(emptied.stdout).toMatch(/^NOT healthy: The live database no longer holds every operation that was booked/);
});

test('a pool just created is healthy, also beside the backups of another, which a plan tells from its own', async () => {
  const fresh = await isolate();
  try {
    const { code, stdout } = await fresh.run('db-status', [], { STORAGE_DIR: pool.bench.storageDir });
    expect({ code, stdout }).toMatchObject({ code: 0 });
    // And a plan tells whose backup it is.
    const [backup] = await pool.bench.backups();
    const note = /^ {2}note +This backup is of another pool than the live database\.$/m;
    const plan = async (of: Isolated): Promise<string> =>
      (await of.run('db-restore', [backup?.path ?? '', '--dry-run'])).stderr;
    expect(await plan(fresh)).toMatch(note);
    const own = await plan(pool);
    expect(own).not.toMatch(note);
    expect(own).toMatch(/^ {2}gone +no operation\n +and all else that was entered or changed since /m);
  } finally {
    await fresh.close();
  }
});
