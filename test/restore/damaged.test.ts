import type { Backup } from '../../src/backup/files/catalogue';
import { writeProof, type Proof } from '../../src/backup/files/proofs';
import { planText } from '../../src/backup/restore/plan/plan-text';
import { proofOf } from '../backup/backup-files';
import { contentOf, openBench, rejection, type Bench } from './support';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  await bench.operate(2);
});
afterEach(() => bench.close());

const PROBLEM =
  "The file does not restore: ERROR 1449 at line 7: The user specified as a definer ('a'@'b') does not exist.";

function judge(backup: Backup, state: Proof['state'], change: Partial<Proof> = {}): Promise<void> {
  return writeProof(bench.settings.proofDirectory, proofOf(backup, state, { problem: PROBLEM, ...change }));
}

const elsewhere = { place: 'PRIVATE_SERVER' } as const;

test('what a proof could not restore elsewhere is the last choice, and restores here', async () => {
  const backup = await bench.backUp();
  await judge(backup, 'DAMAGED', elsewhere);
  const content = await contentOf(bench.query, bench.name);
  await bench.change();
  for (const source of [{ kind: 'latest' }, { kind: 'operation', number: 2 }] as const) {
    const into = `${bench.name}_${source.kind}`;
    const { plan } = await bench.restore(source, { into });
    expect(plan.backup.filename).toBe(backup.filename);
    expect(planText(plan)).toContain(`  proof       DAMAGED: ${PROBLEM}\n`);
    expect(plan.notes.join()).toMatch(/No other backup leads there\. A proof could not restore this one \(.*a definer/);
    expect(await contentOf(bench.query, into)).toEqual(content);
  }
});

test('a good one goes before it, and the plan names the newer one that is not', async () => {
  const good = await bench.backUp();
  await bench.operate(1);
  const damaged = await bench.backUp();
  await judge(damaged, 'DAMAGED', elsewhere);
  const latest = await bench.plan({ kind: 'latest' });
  expect(latest.backup.filename).toBe(good.filename);
  expect(latest.notes).toEqual([`${damaged.path} is newer, but a proof could not restore it: ${PROBLEM}`]);
  const exact = await bench.plan({ kind: 'operation', number: 3 });
  expect(exact.notes.join()).not.toContain('could not restore');
  expect([exact.backup.filename, exact.lastOperation]).toEqual([good.filename, 3]);
});

test('what does not match its hash is no choice at all', async () => {
  await judge(await bench.backUp(), 'DAMAGED', { place: null });
  expect(await rejection(bench.plan({ kind: 'latest' }))).toMatch(/^There is no backup in /);
  expect(await rejection(bench.plan({ kind: 'operation', number: 2 }))).toMatch(/no backup from before it leads there/);
});

test('the plan names everything that the proof found', async () => {
  const backup = await bench.backUp();
  const problem = 'The ledger in the backup is not sound: one.';
  await judge(backup, 'UNSOUND', {
    ...elsewhere,
    problem,
    findings: ['one', 'two'],
    lastOperation: backup.lastOperation,
  });
  const text = planText(await bench.plan({ kind: 'file', file: backup.path }));
  expect(text).toContain(`  proof       UNSOUND: ${problem}\n                two\n`);
  expect(text).toMatch(/^ {2}size +.* judged \d{4}-.* UTC$/m);
});
