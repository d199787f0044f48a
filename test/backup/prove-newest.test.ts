import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { labelOf, listLabelled } from '../../src/backup/files/proofs';
import { verifyFile } from '../../src/backup/prove/verify-file';
import { proveNewest } from '../../src/backup/run/prove-newest';
import { runBackup } from '../../src/backup/run/run-backup';
import { isBackupRunning, isProofRunning } from '../../src/backup/server/backup-lock';
import { openBench, operate, operateInBulk, statusOf, type Bench } from './support';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const asked = { trigger: 'OPERATION', force: false } as const;
const labels = async (): Promise<string[]> => (await listLabelled(bench.settings)).map(labelOf);

/** Changes one byte of a row in that file, and not its time. */
function damage(file: string): void {
  const content = readFileSync(file);
  const at = content.indexOf("'bulk'") + 1;
  content[at] = (content[at] ?? 0) ^ 1;
  writeFileSync(file, content);
  utimesSync(file, 0, 0);
}

test('a ledger that breaks a rule is stored all the same, UNSOUND, and no good file goes for it', async () => {
  const settings = { ...bench.settings, keep: 2 };
  const dependencies = { ...bench.dependencies, settings };
  const { query } = bench.database;
  await operate(bench.database);
  const [good] = (await runBackup(dependencies, asked)).published;
  await proveNewest(dependencies);
  await query('DELETE FROM payload');
  for (let operation = 2; operation <= 4; operation++) {
    await operate(bench.database);
    expect((await runBackup(dependencies, asked)).published).toMatchObject([{ lastOperation: { number: operation } }]);
    const { judged, replacements } = await proveNewest(dependencies);
    expect(judged).toMatchObject([{ state: 'UNSOUND', findings: ['operation 1 has not exactly one payload'] }]);
    // A fact about the ledger: another backup would be no better.
    expect(replacements).toEqual([]);
    expect((await runBackup(dependencies, asked)).published).toEqual([]);
  }
  expect(await labels()).toEqual(['UNSOUND', 'UNSOUND', 'PROVEN']);
  expect(bench.files()).toContain(good?.filename);
  const status = await statusOf(bench);
  expect(status).toMatchObject({ healthy: false, pendingOperations: 0, coveredThrough: 4, provenThrough: 1 });
  expect(status.problem).toMatch(
    /^The backup \S+ restores, but the ledger breaks a rule: operation 1 has not exactly one payload \(/,
  );
  expect(bench.logText().match(/ ERROR Proof of \S+: UNSOUND\. /g)).toHaveLength(3);
  // Acknowledged, it stays in the status, and health speaks of what is new.
  const [finding] = status.findings;
  const known = {
    id: finding?.id ?? '',
    finding: finding?.finding ?? '',
    reason: 'meant',
    actor: 'me',
    at: new Date(),
  };
  const acknowledged = await statusOf(bench, { acknowledged: () => Promise.resolve([known]) });
  expect(acknowledged).toMatchObject({ healthy: true, findings: [], acknowledgedFindings: [known] });
});

test('a newest file that is damaged on the disk is DAMAGED, covers nothing, and a new one is made at once', async () => {
  await operateInBulk(bench.database, 50);
  const [first] = (await runBackup(bench.dependencies, asked)).published;
  await proveNewest(bench.dependencies);
  await operateInBulk(bench.database, 50);
  const [bad] = (await runBackup(bench.dependencies, asked)).published;
  damage(bad?.path ?? '');
  const { judged, replacements } = await proveNewest(bench.dependencies);
  expect(judged).toMatchObject([
    { filename: bad?.filename, state: 'DAMAGED', problem: expect.stringContaining('is damaged') as string },
    { filename: replacements[0], state: 'PROVEN' },
  ]);
  expect(replacements).toHaveLength(1);
  expect(await labels()).toEqual(['PROVEN', 'DAMAGED', 'PROVEN']);
  expect(await statusOf(bench)).toMatchObject({ healthy: true, provenThrough: 100, damaged: 1 });
  expect(bench.logText()).toMatch(/ ERROR Proof of \S+: DAMAGED\. It covers nothing: \S+ is damaged: its content/);
  // While nothing replaces it, it covers nothing, and that is told.
  rmSync(path.join(bench.settings.directory, replacements[0] ?? ''));
  const status = await statusOf(bench);
  expect(status).toMatchObject({ healthy: false, coveredThrough: 50, pendingOperations: 50, missedOperations: 0 });
  expect(status.isProofDue).toBe(true);
  // Why, and not only that the operations are in no backup.
  expect(status.problem).toBe(
    `The backup ${bad?.filename ?? ''} is damaged and covers nothing: ${judged[0]?.problem?.slice(0, -1) ?? ''}.`,
  );
  expect(bench.files()).toContain(first?.filename);
});

test('a dump that somebody put back during it is no backup of what was there before', async () => {
  const mark = await operate(bench.database);
  const onStep = async (step: string): Promise<void> => {
    if (step !== 'dumping') return;
    await bench.database.query('DELETE FROM payload');
    await bench.database.query('DELETE FROM operations');
  };
  const [backup] = (await runBackup({ ...bench.dependencies, onStep }, { ...asked, once: true })).published;
  expect(backup?.lastOperation).toEqual(mark);
  // It names an operation that today's history does not have.
  expect((await statusOf(bench)).coveredThrough).toBe(0);
  const verifying = verifyFile(bench.dependencies, backup?.path ?? '');
  expect((await verifying).proof.problem).toBe('The ledger in the backup is not sound: operation 1 is missing.');
  expect(await labels()).toEqual(['UNSOUND']);
});

test('a burst queues no proofs: the newest is proven first, then one of the others a run, and no backup waits', async () => {
  await operate(bench.database);
  await runBackup(bench.dependencies, asked);
  const { query, address } = bench.database;
  let published = 0;
  const onStep = async (step: string): Promise<void> => {
    if (step !== 'judged' || published > 0) return;
    expect(await isProofRunning(query, address.database)).toBe(true);
    expect(await isBackupRunning(query, address.database)).toBe(false);
    for (; published < 3; published++) {
      await operate(bench.database);
      expect((await runBackup(bench.dependencies, asked)).published).toHaveLength(1);
    }
  };
  const { judged } = await proveNewest({ ...bench.dependencies, onStep });
  expect(judged.map(({ lastOperation }) => lastOperation.number)).toEqual([1, 4, 3]);
  expect(await labels()).toEqual(['PROVEN', 'PROVEN', 'UNPROVEN', 'PROVEN']);
  expect(await statusOf(bench)).toMatchObject({ healthy: true, coveredThrough: 4, provenThrough: 4 });
  expect((await proveNewest(bench.dependencies)).judged).toMatchObject([{ lastOperation: { number: 2 } }]);
  expect((await proveNewest(bench.dependencies)).judged).toEqual([]);
});

test('a lost proof is made again, and one that is there is not', async () => {
  await operate(bench.database);
  await runBackup(bench.dependencies, asked);
  expect((await proveNewest(bench.dependencies)).judged).toHaveLength(1);
  expect((await proveNewest(bench.dependencies)).judged).toEqual([]);
  rmSync(bench.settings.proofDirectory, { recursive: true });
  expect(await labels()).toEqual(['UNPROVEN']);
  expect((await proveNewest(bench.dependencies)).judged[0]).toMatchObject({ state: 'PROVEN' });
});

test.each(['proving', 'judged'])('a file that rotation takes away at the step "%s" fails no proof', async (at) => {
  await operate(bench.database);
  await runBackup(bench.dependencies, asked);
  await proveNewest(bench.dependencies);
  await operate(bench.database);
  const [backup] = (await runBackup(bench.dependencies, asked)).published;
  const onStep = (step: string): void => {
    if (step === at) rmSync(backup?.path ?? '', { force: true });
  };
  expect((await proveNewest({ ...bench.dependencies, onStep })).replacements).toEqual([]);
  expect(await labels()).toEqual(['PROVEN']);
  await proveNewest(bench.dependencies);
  // The proof of a file that is gone goes too.
  expect(readdirSync(bench.settings.proofDirectory)).toEqual(bench.files().map((name) => `${name}.json`));
});
