import { coverage } from '../../src/backup/files/coverage';
import type { RestoreDependencies, RestoreStep } from '../../src/backup/restore/common/context';
import { findOwnSchemas } from '../../src/backup/server/auxiliary-schema';
import { backupLedger } from '../../src/services/backup-ledger';
import { DatabaseProxy } from '../support/database-proxy';
import { startChild } from './child';
import { contentOf, openBench, rejection, type Bench } from './support';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench({ verify: 'restore' });
  await bench.operate(2);
  await bench.backUp();
  await bench.operate(2);
});
afterAll(() => bench.close());

const BEFORE_SWAP: RestoreStep[] = ['locked', 'created', 'loaded', 'replayed', 'migrated', 'checked'];
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
  expect(await bench.check()).toEqual([]);
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

const TRIGGER = 'CREATE TRIGGER watch BEFORE INSERT ON vehicles FOR EACH ROW SET NEW.title = NEW.title';
const triggers = async (): Promise<unknown[]> =>
  (
    await bench.query('SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ?', [
      bench.name,
    ])
  ).map(({ name }) => name);

test('killed right after the swap: the next backup makes what the file has beside its tables', async () => {
  await bench.query(TRIGGER);
  await bench.query('CREATE VIEW names AS SELECT name FROM users');
  await bench.backUp();
  await bench.query('DROP TRIGGER watch');
  await bench.query('CREATE OR REPLACE VIEW names AS SELECT id FROM users');
  await bench.operate(1);
  const { settings, dependencies } = bench;
  const { address, unlogged } = dependencies;
  const source = { kind: 'latest' as const };
  const child = startChild({
    dependencies: { settings, address, unlogged },
    source,
    safetyBackup: true,
    standAt: 'swapped',
  });
  await child.reached('swapped');
  await child.end('SIGKILL');
  expect(await triggers()).toEqual([]);
  await nextBackupIsWell();
  expect(await triggers()).toEqual(['watch']);
  expect(Object.keys((await bench.query('SELECT * FROM names'))[0] ?? {})).toEqual(['name']);
  await bench.query('DROP TRIGGER watch');
  await bench.query('DROP VIEW names');
  await bench.backUp();
});

describe('the database server is lost', () => {
  let proxy: DatabaseProxy;
  beforeEach(async () => {
    await bench.backUp();
    await bench.operate(1);
    proxy = await DatabaseProxy.start(bench.dependencies.address);
  });
  afterEach(() => proxy.close());

  const restoring = (change: Partial<RestoreDependencies>): Promise<string> => {
    const address = proxy.through(bench.dependencies.address);
    return rejection(bench.restore({ kind: 'latest' }, { change: { ...change, address } }));
  };
  const told = async (what: string, remedy: string): Promise<string> => {
    const [replaced] = await findOwnSchemas(bench.query, bench.name, ['replaced']);
    return `The database ${bench.name} ${what}: REASON; what was replaced is in the database ${replaced}, and ${remedy}.`;
  };
  const withoutReason = (message: string): string => message.replace(/: .*?;/, ': REASON;');

  test.each(['', ', and it is interrupted as well'])('right after the swap%s: it says what is so', async (how) => {
    const stop = new AbortController();
    const newest = await bench.newest();
    const onStep = (step: RestoreStep): void => {
      if (step !== 'swapped') return;
      proxy.goDown();
      if (how !== '') stop.abort();
    };
    const message = await restoring({ onStep, signal: stop.signal });
    const remedy = 'what is left to do, the next backup does (npm run db:backup)';
    expect(withoutReason(message)).toBe(await told('is restored, but', remedy));
    expect(await bench.newest()).toBe(newest - 1);
    await nextBackupIsWell();
  });

  test.each(['', ', and it is interrupted as well'])('in the midst of the swap%s: it says so', async (how) => {
    const stop = new AbortController();
    proxy.onStatement = async (statement) => {
      if (!statement.sql.startsWith('RENAME')) {
        statement.forward();
        return;
      }
      await statement.forwardAndKeepAnswer();
      proxy.goDown();
      if (how !== '') stop.abort();
    };
    const message = await restoring({ signal: stop.signal });
    expect(withoutReason(message)).toBe(await told('may be restored', 'npm run db:status tells'));
    await nextBackupIsWell();
  });

  test('right before the tables are moved: the next backup makes the triggers again that were dropped', async () => {
    await bench.query(TRIGGER);
    proxy.onStatement = (statement) => {
      if (statement.sql.startsWith('RENAME')) proxy.goDown();
      else statement.forward();
    };
    expect(await restoring({})).toMatch(/ may be restored: /);
    expect(await triggers()).toEqual([]);
    await nextBackupIsWell();
    expect(await triggers()).toEqual(['watch']);
    await bench.query('DROP TRIGGER watch');
  });

  test('before the swap: nothing happened', async () => {
    const before = await contentOf(bench.query, bench.name);
    const onStep = (step: RestoreStep): void => {
      if (step === 'checked') proxy.goDown();
    };
    expect(await restoring({ onStep })).toMatch(/^The restore failed, .* the live database is as it was\.$/);
    expect(await contentOf(bench.query, bench.name)).toEqual(before);
    await nextBackupIsWell();
  });
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
  const child = start('checked');
  await child.reached('checked');
  await child.end('SIGKILL');
  expect((await bench.litter()).length).toBeGreaterThan(0);
  await bench.restore({ kind: 'operation', number: 3 });
  expect(await bench.litter()).toEqual([]);
  expect(await bench.newest()).toBe(3);
});
