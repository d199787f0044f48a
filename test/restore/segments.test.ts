import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backupSettings } from '../../src/backup/core/settings';
import { restore } from '../../src/backup/restore/restore';
import type { RestorePlan } from '../../src/backup/restore/plan/plan';
import { planText } from '../../src/backup/restore/plan/plan-text';
import type { RestoreSource } from '../../src/backup/restore/plan/choice';
import { chainOf, followed, startFollower } from '../backup/segments/support';
import { restoreWithStockClient } from '../backup/stock-client';
import type { Child } from '../support/child';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { program } from '../support/programs';
import { contentOf, historyOf, openBench, randomSteps, waitFor, type Bench } from './support';

const OPERATIONS = 14;
const SEED = 20_261_130;

let bench: Bench;
let follower: Child;
/** What was there right after each operation. */
const after = new Map<number, Record<string, unknown>>();
/** At the end: a change that is no operation came after the last one. */
let newest: Record<string, unknown>;

/** A history of which one base holds nothing and segments hold all. */
beforeAll(async () => {
  bench = await openBench({ mode: 'log', logAlone: true });
  follower = startFollower({ ...bench, database: bench.ledger.database }, true);
  await followed({ ...bench, database: bench.ledger.database });
  const history = historyOf(bench.ledger);
  await history.request(3, 500_000n, true);
  for (const [i, step] of randomSteps(SEED, 400).entries()) {
    const number = await bench.newest();
    if (number >= OPERATIONS) break;
    if (i % 3 === 0) await bench.change();
    await history.take(step);
    const now = await bench.newest();
    if (now !== number) after.set(now, await contentOf(bench.query, bench.name));
  }
  await bench.change();
  newest = await contentOf(bench.query, bench.name);
  await storedThrough(OPERATIONS);
  // What was committed by then is stored before it ends.
  await follower.end('SIGTERM');
}, 120_000);

afterAll(async () => {
  await follower.end();
  await bench.close();
});

async function storedThrough(number: number): Promise<void> {
  await waitFor(`operation ${number} in a segment`, async () => {
    const { segments } = await chainOf({ ...bench, database: bench.ledger.database });
    return segments.some(({ lastOperation }) => lastOperation?.number === number);
  });
}

test.each([1, 2, 5, 8, OPERATIONS - 1, OPERATIONS])('segments lead to operation %i', async (number) => {
  const name = `${bench.name}_op${number}`;
  const { plan, outcome } = await bench.restore({ kind: 'operation', number }, { into: name });
  expect(plan.replay?.segments?.length).toBeGreaterThan(0);
  expect(planText(plan)).toMatch(
    / {2}replay {6}\d+ transactions? of \d+ log segments? after it, up to operation \d+\n/,
  );
  expect(outcome).toMatchObject({ lastOperation: number, warnings: [] });
  const expected = after.get(number);
  if (expected !== undefined) expect(await contentOf(bench.query, name)).toEqual(expected);
});

test('right before an operation, and the newest state, can be had as well', async () => {
  const before = `${bench.name}_before`;
  const { outcome } = await bench.restore({ kind: 'before', number: 6 }, { into: before });
  expect(outcome.lastOperation).toBe(5);
  const latest = `${bench.name}_latest`;
  await bench.restore({ kind: 'latest' }, { into: latest });
  expect(await contentOf(bench.query, latest)).toEqual(newest);
});

describe('on another machine', () => {
  let other: TestDatabase;
  let storageDir: string;

  beforeEach(async () => {
    other = await createTestDatabase();
    storageDir = mkdtempSync(path.join(tmpdir(), 'other-machine-'));
    cpSync(path.join(bench.storageDir, 'app'), path.join(storageDir, 'app'), { recursive: true });
  });
  afterEach(async () => {
    await other.drop();
    rmSync(storageDir, { recursive: true, force: true });
  });

  test.each<[RestoreSource, number]>([
    [{ kind: 'latest' }, OPERATIONS],
    [{ kind: 'operation', number: 7 }, 7],
  ])('the stored files alone lead to %j', async (source, number) => {
    const settings = backupSettings(storageDir, { keep: 10, verify: 'checksum' });
    let told: RestorePlan | null = null;
    const outcome = await restore(
      { ...bench.dependencies, settings, address: other.address },
      { source, into: null, safetyBackup: true },
      (plan) => {
        told = plan;
        return Promise.resolve(true);
      },
    );
    expect(told).toMatchObject({ replay: { segments: expect.any(Array) as unknown } });
    expect(outcome).toMatchObject({ lastOperation: number });
    const restored = await contentOf(other.query, other.address.database);
    const expected = number === OPERATIONS ? newest : after.get(number);
    if (expected !== undefined) expect(restored).toEqual(expected);
  });

  test('db:restore -- --print-files names what to feed to a client, without a database', async () => {
    const printed = execFileSync(process.execPath, [program('cli/db-restore'), '--print-files'], {
      cwd: storageDir,
      env: { ...process.env, STORAGE_DIR: storageDir, DATABASE_URL: 'mysql://nobody@127.0.0.1:1/none' },
      encoding: 'utf8',
    });
    const files = printed.trimEnd().split('\n');
    expect(files.map((file) => path.dirname(file))).toEqual([
      path.join(storageDir, 'app', 'backups'),
      ...files.slice(1).map(() => path.join(storageDir, 'app', 'log')),
    ]);
    const whole = path.join(storageDir, 'whole.sql');
    cpSync(files[0] ?? '', whole);
    execFileSync('sh', ['-c', 'out=$1; shift; cat "$@" > "$out"', 'sh', whole, ...files]);
    expect(readFileSync(whole, 'utf8').endsWith('\n')).toBe(true);
    await restoreWithStockClient(other.address, other.address.database, whole);
    expect(await contentOf(other.query, other.address.database)).toEqual(newest);
  });
});

test('after a restore in place a new base leads on', async () => {
  await bench.restore({ kind: 'operation', number: 4 });
  follower = startFollower({ ...bench, database: bench.ledger.database }, true);
  await followed({ ...bench, database: bench.ledger.database });
  await bench.operate();
  const { base } = await waitFor('the new operation 5 in a segment', async () => {
    const chain = await chainOf({ ...bench, database: bench.ledger.database });
    const holds = chain.segments.some(({ lastOperation }) => lastOperation?.number === 5);
    return chain.base.lastOperation.number === 4 && holds && chain;
  });
  const plan = await bench.plan({ kind: 'operation', number: 5 }, `${bench.name}_again`);
  expect(plan).toMatchObject({
    backup: { filename: base.filename },
    replay: { segments: expect.any(Array) as unknown },
  });
  expect(await bench.check()).toEqual([]);
  await follower.end('SIGTERM');
});
