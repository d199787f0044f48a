import { coverage } from '../../src/backup/files/coverage';
import type { RestorePlan } from '../../src/backup/restore/plan/plan';
import { restore } from '../../src/backup/restore/restore';
import { openSession } from '../../src/backup/server/session';
import { backupLedger } from '../../src/services/backup-ledger';
import { restoreWithStockClient } from '../backup/stock-client';
import { createTestDatabase } from '../support/database';
import { testUnlessLeftOut } from '../support/engine';
import { contentOf, openBench, rejection, tablesOf, type Bench } from './support';

/** What a restore may hold others up for: on a loaded machine its KILL of what is in the way comes late. */
const MOMENT_MS = 5_000;

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  await bench.operate(2);
  await bench.backUp();
});
afterEach(() => bench.close());

test('tables, keys and their names are what they were, and hold', async () => {
  const { query, name } = bench;
  const tables = await tablesOf(query, name);
  const content = await contentOf(query, name);
  await bench.operate(2);
  await bench.restore({ kind: 'latest' });
  expect(await tablesOf(query, name)).toEqual(tables);
  expect(await contentOf(query, name)).toEqual(content);
  const foreign = await query(
    'SELECT UNIQUE_CONSTRAINT_SCHEMA AS target FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = ?',
    [name],
  );
  expect(new Set(foreign.map(({ target }) => target))).toEqual(new Set([name]));
  expect(
    await rejection(query(`INSERT INTO sales SELECT NULL, 999, 1, 0, 0, 0, NOW(), 1, 0, NULL, NULL, NULL, NULL`)),
  ).toMatch(/foreign key constraint fails/);
});

test('the system is healthy afterwards, and the newest file is of the new history', async () => {
  await bench.operate(2);
  const abandoned = await bench.backUp();
  const { outcome } = await bench.restore({ kind: 'operation', number: 3 });
  const files = await bench.backups();
  const { pending, current } = await coverage(files, backupLedger, bench.query);
  expect(pending).toBe(0);
  expect(files[0]?.filename).toBe(outcome.backup?.filename);
  expect(current.has(outcome.backup?.filename ?? '')).toBe(true);
  expect(current.has(abandoned.filename)).toBe(false);
  await bench.operate(1);
  expect((await coverage(files, backupLedger, bench.query)).pending).toBe(1);
  // "The latest" is of today's history, whatever a safety backup holds.
  expect((await bench.plan({ kind: 'latest' })).backup.filename).toBe(outcome.backup?.filename);
});

test('nothing happened in between: one safety backup, which holds it all', async () => {
  await bench.operate(1);
  await bench.change();
  const before = await contentOf(bench.query, bench.name);
  const { outcome } = await bench.restore({ kind: 'latest' });
  expect(outcome.safety).toHaveLength(1);
  const into = `${bench.name}_safety`;
  await bench.restore({ kind: 'file', file: outcome.safety[0]?.path ?? '' }, { into });
  expect(await contentOf(bench.query, into)).toEqual(before);
});

test('what comes in after the safety backup is saved as well, an operation or not', async () => {
  const onStep = async (step: string): Promise<void> => {
    if (step === 'checked') await bench.change();
  };
  const changed = await bench.restore({ kind: 'latest' }, { change: { onStep } });
  expect(changed.outcome.safety).toHaveLength(1);
  const into = `${bench.name}_safety`;
  await bench.restore({ kind: 'file', file: changed.outcome.safety[0]?.path ?? '' }, { into });
  expect(await bench.query('SELECT name FROM ??.users WHERE id = 3', [into])).toEqual([{ name: 'Account 3+' }]);

  let late: string | null = null;
  const operateLate = async (step: string): Promise<void> => {
    if (step !== 'checked') return;
    await bench.operate(1);
    ({ uid: late } = await backupLedger.newestOperation(bench.query));
  };
  const operated = await bench.restore({ kind: 'latest' }, { change: { onStep: operateLate } });
  expect(operated.outcome.safety.map(({ lastOperation }) => lastOperation.uid)).toContain(late);
  expect(await bench.litter()).toEqual([]);
});

test('an empty database that fills while the restore runs is saved, whatever the plan said of it', async () => {
  const { query, name, dependencies } = bench;
  const [kept] = await bench.backups();
  await bench.operate(1);
  const { path: other } = await bench.backUp();
  const lost = await contentOf(query, name);
  await query('DROP DATABASE ??', [name]);
  await query('CREATE DATABASE ??', [name]);
  const onStep = async (step: string): Promise<void> => {
    if (step === 'checked') await restoreWithStockClient(dependencies.address, name, other);
  };
  const source = { kind: 'file' as const, file: kept?.path ?? '' };
  const { plan, outcome } = await bench.restore(source, { change: { onStep } });
  expect(plan.safetyBackup).toBe(false);
  const into = `${name}_safety`;
  await bench.restore({ kind: 'file', file: outcome.safety[0]?.path ?? '' }, { into });
  expect(await contentOf(query, into)).toEqual(lost);
  await query('USE ??', [name]);
  expect(await bench.newest()).toBe(2);
});

describe('operations that come in after the plan was made', () => {
  const request = { source: { kind: 'latest' as const }, into: null, safetyBackup: true };

  test('are not taken from who agreed to less, even where they bear the same numbers', async () => {
    await bench.operate(1);
    let files: unknown;
    const refused = restore(bench.dependencies, { ...request, onlyAsPlanned: true }, async ({ gone }) => {
      expect(gone.map(({ number }) => number)).toEqual([3]);
      await bench.restore({ kind: 'latest' });
      await bench.operate(1);
      files = await bench.backups();
      return true;
    });
    expect(await rejection(refused)).toMatch(/^The operations of \S+ changed after the plan was printed, so nothing/);
    expect(await bench.newest()).toBe(3);
    expect(await bench.backups()).toEqual(files);
    expect(await bench.litter()).toEqual([]);
  });

  test('are named by a new plan where nobody was asked, and do not stop it', async () => {
    const plans: RestorePlan[] = [];
    const outcome = await restore(bench.dependencies, request, async (plan) => {
      plans.push(plan);
      if (plans.length === 1) await bench.operate(2);
      return true;
    });
    expect(plans.map(({ gone }) => gone.map(({ number }) => number))).toEqual([[], [3, 4]]);
    expect(outcome?.safety.map(({ lastOperation }) => lastOperation.number)).toEqual([4]);
    expect(await bench.newest()).toBe(2);
  });
});

test('operations go on while it runs: none fails, none waits long, and each is live or saved', async () => {
  const committed: (string | null)[] = [];
  let longest = 0;
  const restored = new AbortController();
  const traffic = (async () => {
    while (!restored.signal.aborted) {
      const begun = performance.now();
      // In one transaction: what is asked for in one history cannot be confirmed in another.
      await bench.ledger.vehicles.buy(bench.ledger.actor, { title: 'A car', cost: 100n });
      longest = Math.max(longest, performance.now() - begun);
      committed.push((await backupLedger.newestOperation(bench.query)).uid);
    }
  })();
  const { outcome } = await bench.restore({ kind: 'latest' });
  restored.abort();
  await traffic;
  expect(committed.length).toBeGreaterThan(5);
  expect(longest).toBeLessThan(MOMENT_MS);
  expect(await bench.check()).toEqual([]);
  const known = new Set((await bench.query('SELECT uid FROM operations')).map(({ uid }) => uid));
  const into = `${bench.name}_safety`;
  await bench.restore({ kind: 'file', file: outcome.safety.at(-1)?.path ?? '' }, { into });
  for (const { uid } of await bench.query('SELECT uid FROM ??.operations', [into])) known.add(uid);
  expect(committed.filter((uid) => !known.has(uid))).toEqual([]);
});

testUnlessLeftOut('a transaction that is in the way holds up the swap, and nobody else', async () => {
  const other = await openSession(bench.dependencies.address);
  await other.query('START TRANSACTION');
  await other.query('SELECT * FROM vehicles FOR UPDATE');
  const checked = new AbortController();
  const onStep = (step: string): void => {
    if (step === 'checked') checked.abort();
  };
  const restoring = bench.restore({ kind: 'latest' }, { change: { onStep } });
  try {
    while (!checked.signal.aborted) await bench.operate(1);
    for (let i = 0; i < 10; i++) {
      const begun = performance.now();
      await bench.operate(1);
      expect(performance.now() - begun).toBeLessThan(MOMENT_MS);
    }
    expect(await bench.newest()).toBeGreaterThan(10);
  } finally {
    await other.query('ROLLBACK');
    other.close();
    await restoring.catch(() => undefined);
  }
  await restoring;
  expect(await bench.newest()).toBe(2);
});

test('views show the restored tables, and are those of the file', async () => {
  const { query } = bench;
  await query('CREATE VIEW accounts AS SELECT id, name FROM users');
  await query('CREATE VIEW aaa_names AS SELECT name FROM accounts');
  await bench.backUp();
  const { lastOperation } = (await bench.backups())[0] ?? {};
  await query('DROP VIEW aaa_names');
  await query('CREATE OR REPLACE VIEW accounts AS SELECT id FROM users');
  await query('CREATE VIEW later AS SELECT 1 AS one');
  await query('UPDATE users SET name = ? WHERE id = 3', ['changed']);
  await bench.restore({ kind: 'latest' });
  expect(await query('SELECT name FROM aaa_names WHERE name = ?', ['Account 3'])).toHaveLength(1);
  expect(await query(`SHOW FULL TABLES WHERE Table_type = 'VIEW'`)).toHaveLength(2);
  expect(await bench.newest()).toBe(lastOperation?.number);
});

test('what cannot be moved is refused before anything is done', async () => {
  const { name } = bench;
  const other = await createTestDatabase();
  try {
    await other.query(`CREATE TABLE notes (userId INT UNSIGNED, FOREIGN KEY (userId) REFERENCES ${name}.users (id))`);
    expect(await rejection(bench.restore({ kind: 'latest' }))).toMatch(/^The table notes of the database .* refers to/);
  } finally {
    await other.drop();
  }
  expect(await bench.litter()).toEqual([]);
});

test('beside the live database it touches nothing else', async () => {
  const before = await contentOf(bench.query, bench.name);
  await bench.operate(1);
  const live = await contentOf(bench.query, bench.name);
  const files = (await bench.backups()).length;
  const into = `${bench.name}_beside`;
  await bench.restore({ kind: 'latest' }, { into });
  expect(await contentOf(bench.query, into)).toEqual(before);
  expect(await contentOf(bench.query, bench.name)).toEqual(live);
  expect(await bench.backups()).toHaveLength(files);
  expect(await rejection(bench.restore({ kind: 'latest' }, { into }))).toBe(
    `The database ${into} exists: choose another name, or drop it first.`,
  );
});
