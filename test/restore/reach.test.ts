import { rmSync } from 'node:fs';
import { coverage } from '../../src/backup/files/coverage';
import { listLabelled } from '../../src/backup/files/proofs';
import { leaveBinaryLog } from '../../src/backup/server/auxiliary-schema';
import { openSession } from '../../src/backup/server/session';
import { isInBinaryLog } from '../../src/backup/binlog/binlog-position';
import type { BackupStep } from '../../src/backup/run/types';
import { runBackup } from '../../src/backup/run/run-backup';
import { settleInterrupted } from '../../src/cli/settle-interrupted';
import type { Query } from '../../src/database/connection/query';
import { runPrune } from '../../src/backup/run/run-prune';
import { LogMemory, reachStatus, type ReachStatus } from '../../src/backup/status/reach';
import type { BackupSettings, RetentionRules } from '../../src/backup/core/settings';
import { backupLedger } from '../../src/services/backup-ledger';
import { type Bench, openBench } from './support';

const DAY_MS = 86_400_000;
const KEEP = 2;
const NO_RULES: RetentionRules = { reachMs: 0, withinMs: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 };

let bench: Bench;
afterEach(() => bench.close());

const open = async (reachMs: number, change: Partial<BackupSettings> = {}): Promise<void> => {
  bench = await openBench({ keep: KEEP, rules: { ...NO_RULES, reachMs }, ...change });
};

const dependenciesOfPrune = (): Parameters<typeof runPrune>[0] => ({
  settings: { ...bench.settings, keep: KEEP },
  address: bench.dependencies.address,
  ledger: backupLedger,
});

/** Deposits, and a backup after each. */
async function operateAndBackUp(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await bench.operate();
    await bench.backUp();
  }
}

/** One more operation like the last, which the server keeps out of its log. */
async function operateUnlogged(): Promise<void> {
  const session = await openSession(bench.dependencies.address);
  try {
    await leaveBinaryLog(session.query);
    await session.query(
      'INSERT INTO operations (number, uid, kind, actorId, paymentId, at) ' +
        'SELECT number + 1, UUID(), kind, actorId, paymentId, at FROM operations ORDER BY number DESC LIMIT 1',
    );
    await session.query('UPDATE pool SET lastOperation = lastOperation + 1');
  } finally {
    session.close();
  }
}

/** The newest operation in each backup, newest first. */
const operations = async (): Promise<number[]> =>
  (await bench.backups()).map(({ lastOperation }) => lastOperation.number);

async function reach(query = bench.query, memory = new LogMemory()): Promise<ReachStatus> {
  const files = await listLabelled(bench.settings);
  const { current } = await coverage(files, backupLedger, bench.query);
  const ofToday = files.filter(({ filename }) => current.has(filename));
  return reachStatus({ settings: bench.settings, ledger: backupLedger, query, memory }, ofToday, new Date());
}

async function expectEachToBeHad(from: number, to: number): Promise<void> {
  for (let number = from; number <= to; number++) {
    expect((await bench.plan({ kind: 'operation', number })).lastOperation).toBe(number);
  }
}

test('the first backup leads to every operation by the log: it and the newest are all that stays', async () => {
  await open(14 * DAY_MS);
  await bench.backUp();
  await operateAndBackUp(4);
  expect(await operations()).toEqual([4, 3, 0]);
  expect(await reach()).toMatchObject({ reachableFrom: 0, reachNote: null });
  await expectEachToBeHad(1, 4);
  await bench.restore({ kind: 'before', number: 2 });
  expect(await bench.newest()).toBe(1);
  expect(await bench.check()).toEqual([]);
});

test('a change of tables in between is a way that no log leads: what lies before and after it has a base each', async () => {
  await open(14 * DAY_MS);
  await operateAndBackUp(3);
  await bench.query('ALTER TABLE users COMMENT = ?', ['as a migration does']);
  await operateAndBackUp(4);
  // 1 leads on to 3, and 4 was the first after the change.
  expect(await operations()).toEqual([7, 6, 4, 1]);
  expect(await reach()).toMatchObject({ reachableFrom: 1 });
  await expectEachToBeHad(1, 7);
});

test('a log that lacks an operation leads nowhere: what it does not hold keeps its file', async () => {
  await open(14 * DAY_MS);
  await operateAndBackUp(2);
  await operateUnlogged();
  await bench.backUp();
  await operateAndBackUp(3);
  // 1 leads on to 2, and the log does not hold 3, from which it leads on again.
  expect(await operations()).toEqual([6, 5, 3, 1]);
  expect(await reach()).toMatchObject({ reachableFrom: 1 });
  await expectEachToBeHad(1, 6);
});

test('what a restore abandoned is nothing that the log leads to', async () => {
  await open(14 * DAY_MS);
  await operateAndBackUp(5);
  expect(await operations()).toEqual([5, 4, 1]);
  await bench.restore({ kind: 'before', number: 3 });
  await bench.operate(3);
  for (const { path, lastOperation } of await bench.backups()) if (lastOperation.number === 2) rmSync(path);
  await bench.backUp();
  // The log leads on from 1 to another 4 and 5.
  expect(await reach()).toMatchObject({ reachableFrom: 5 });
});

test('what the log leads to counts only while it may be replayed, and the server is not asked for it each time', async () => {
  await open(14 * DAY_MS);
  await operateAndBackUp(5);
  const asked: string[] = [];
  const told: Query = (sql, values) => {
    asked.push(sql);
    return bench.query(sql, values);
  };
  const memory = new LogMemory();
  expect(await reach(told, memory)).toMatchObject({ reachableFrom: 1 });
  const ofLog = (): string[] => asked.splice(0).filter((sql) => /BINLOG/.test(sql));
  expect(ofLog().length).toBeGreaterThan(1);
  expect(await reach(told, memory)).toMatchObject({ reachableFrom: 1 });
  expect(ofLog()).toEqual([]);
  const denied = Object.assign(new Error('you need BINLOG REPLAY'), { errno: 1227 });
  const withoutRight: Query = (sql, values) =>
    sql.startsWith('BINLOG') ? Promise.reject(denied) : bench.query(sql, values);
  const { reachableFrom, reachNote } = await reach(withoutRight);
  expect([reachableFrom, reachNote]).toEqual([4, expect.stringContaining('may not replay the binary log')]);
  const halfRows: Query = async (sql, values) => {
    const rows = await bench.query(sql, values);
    return rows.map((row) => (row.Variable_name === 'binlog_row_image' ? { ...row, Value: 'MINIMAL' } : row));
  };
  const { reachNote: ofImage } = await reach(halfRows);
  expect(ofImage).toContain('does not hold whole rows (MINIMAL)');
});

test('a place in a log that the server does not have is in no log of its own', async () => {
  await open(0);
  const place = { log: 'elsewhere.000001', position: 4, gtid: null };
  expect(await isInBinaryLog(bench.query, place)).toBe(false);
});

test('a stop waits for no look at the log: what nobody looked at stays, and is looked at the next time', async () => {
  await open(14 * DAY_MS, { keep: 10 });
  await operateAndBackUp(4);
  rmSync(bench.settings.stateDirectory, { recursive: true });
  const stop = new AbortController();
  const { signal } = stop;
  const dependencies = {
    ...bench.dependencies,
    settings: { ...bench.settings, keep: KEEP },
    settleInterrupted,
    signal,
  };
  const onStep = (step: BackupStep): void => {
    if (step === 'published') stop.abort();
  };
  const request = { trigger: 'MANUAL', force: true, once: true } as const;
  const { published, warnings } = await runBackup({ ...dependencies, onStep }, request);
  expect([published.length, warnings]).toEqual([1, []]);
  expect(await operations()).toEqual([4, 4, 3, 2, 1]);
  await runPrune(dependenciesOfPrune(), { dryRun: false });
  expect(await operations()).toEqual([4, 4, 1]);
});

test('where the log goes before the reach is over, each operation keeps its file, and the status says what would change it', async () => {
  await open(300 * DAY_MS);
  await operateAndBackUp(3);
  await bench.backUp();
  expect(await operations()).toEqual([3, 3, 2, 1]);
  await bench.operate(2);
  await bench.backUp();
  expect(await operations()).toEqual([5, 3, 2, 1]);
  const { reachableFrom, reachNote } = await reach();
  expect(reachableFrom).toBe(5);
  expect(reachNote).toMatch(
    /^That is less than BACKUP_REACH\. The binary log .*: set binlog_expire_logs_seconds to \d+ \(471\.4 days\) or more, or BACKUP_REACH lower\.$/,
  );
});

test('with BACKUP_REACH=0 the newest stay alone, and the status tells what that leaves', async () => {
  await open(0);
  await operateAndBackUp(3);
  expect(await operations()).toEqual([3, 2]);
  expect(await reach()).toMatchObject({ reachableFrom: 2, reachNote: null });
});

test('what retention knows of the log is made again where it is lost', async () => {
  await open(14 * DAY_MS, { keep: 10 });
  await operateAndBackUp(4);
  const elsewhere = { ...bench.settings, stateDirectory: `${bench.settings.stateDirectory}-new`, keep: KEEP };
  const dependencies = { settings: elsewhere, address: bench.dependencies.address, ledger: backupLedger };
  const dry = await runPrune(dependencies, { dryRun: true });
  expect(dry.files.map(({ keptBy, because }) => because ?? keptBy.join(', '))).toEqual([
    "newest 2, newest of today's history",
    'newest 2',
    expect.stringMatching(/^the log leads to it from db_backup-/),
    'reach: the log leads on from it',
  ]);
  expect(await operations()).toEqual([4, 3, 2, 1]);
  expect((await runPrune(dependencies, { dryRun: false })).removed).toEqual(dry.removed);
  expect(await operations()).toEqual([4, 3, 1]);
  await expectEachToBeHad(1, 4);
});
