import { coverage } from '../../src/backup/coverage';
import type { RestoreStep } from '../../src/backup/restore/context';
import { backupLedger } from '../../src/services/backup-ledger';
import { startChild } from './child';
import { contentOf, openBench, type Bench } from './support';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench({ verify: 'restore' });
  await bench.operate(2);
  await bench.backUp();
  await bench.operate(2);
});
afterAll(() => bench.close());

const BEFORE_SWAP: RestoreStep[] = [
  'locked',
  'created',
  'saved',
  'loaded',
  'replayed',
  'migrated',
  'audited',
  'published',
];
const AFTER_SWAP: RestoreStep[] = ['swapped', 'kept', 'dropped', 'backedUp'];

/** To the state after operation 3, which no file holds. */
function start(standAt: RestoreStep, safetyBackup = true) {
  const { settings, dependencies } = bench;
  const { address, unlogged } = dependencies;
  const source = { kind: 'operation' as const, number: 3 };
  return startChild({ dependencies: { settings, address, unlogged }, source, safetyBackup, standAt });
}

/** Whatever happened, the next backup finds a sound pool, clears up, and covers everything. */
async function nextBackupIsWell(): Promise<void> {
  expect(await bench.audit()).toEqual([]);
  await bench.backUp();
  expect(await bench.litter()).toEqual([]);
  const covered = await coverage(await bench.backups(), backupLedger, bench.query);
  expect(covered.pending).toBe(0);
  const [latest] = await bench.backups();
  expect(covered.current.has(latest?.filename ?? '')).toBe(true);
}

test.each(BEFORE_SWAP)('killed at "%s": the live database is untouched', async (step) => {
  const before = await contentOf(bench.query, bench.name);
  const child = start(step);
  await child.reached(step);
  await child.end('SIGKILL');
  expect(await contentOf(bench.query, bench.name)).toEqual(before);
  await nextBackupIsWell();
  expect(await contentOf(bench.query, bench.name)).toEqual(before);
});

test.each(BEFORE_SWAP)('interrupted at "%s": it says so and leaves nothing behind', async (step) => {
  const before = await contentOf(bench.query, bench.name);
  const child = start(step);
  await child.reached(step);
  expect(await child.end('SIGINT')).toMatch(/The restore was stopped: the live database is as it was\.\n$/);
  expect(await contentOf(bench.query, bench.name)).toEqual(before);
  expect(await bench.litter()).toEqual([]);
});

test.each(AFTER_SWAP)('killed at "%s": the restored pool is live, and what was replaced is saved', async (step) => {
  await bench.operate(1);
  await bench.change();
  const newest = await backupLedger.newestOperation(bench.query);
  const replaced = await contentOf(bench.query, bench.name);
  const child = start(step);
  await child.reached(step);
  await child.end('SIGKILL');
  expect(await bench.newest()).toBe(3);
  await nextBackupIsWell();
  const safety = (await bench.backups()).find(({ lastOperation }) => lastOperation.uid === newest.uid);
  const into = `${bench.name}_safety`;
  await bench.restore({ kind: 'file', file: safety?.path ?? '' }, { into });
  expect(await contentOf(bench.query, into)).toEqual(replaced);
  await bench.query('DROP DATABASE ??', [into]);
});

test('killed after the swap without a safety backup: what was to be discarded is', async () => {
  await bench.operate(1);
  const count = (await bench.backups()).length;
  const child = start('swapped', false);
  await child.reached('swapped');
  await child.end('SIGKILL');
  expect(await bench.newest()).toBe(3);
  await nextBackupIsWell();
  expect((await bench.backups()).length).toBe(count + 1);
});

test('the next restore clears up after a killed one as well', async () => {
  const child = start('audited');
  await child.reached('audited');
  await child.end('SIGKILL');
  expect((await bench.litter()).length).toBeGreaterThan(0);
  await bench.restore({ kind: 'operation', number: 3 });
  expect(await bench.litter()).toEqual([]);
  expect(await bench.newest()).toBe(3);
});
