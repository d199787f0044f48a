import { Reporter } from '../../src/backup/status/peer-inventory';
import { Lease } from '../../src/database/cluster/lease';
import { FakePrograms } from '../backup/fake-programs';
import { CAN_HAVE_ANOTHER, CLIENTS } from '../support/engine';
import { type PrivateDatabaseServer, startPrivateDatabaseServer } from '../support/private-database-server';
import { contentOf, historyOf, openBench, randomSteps, rejection, type Bench } from './support';

const OPERATIONS = 30;
const SEED = 20_261_123;

interface Moment {
  /** Right after that operation's commit. */
  after: Record<string, unknown>;
  /** Right before its transaction. */
  before: Record<string, unknown>;
}

/** Of this test alone: where others hold locks for long, MySQL makes a backup without its place in the binary log. */
let server: PrivateDatabaseServer | null = null;
let bench: Bench;
let moments: Map<number, Moment>;

beforeAll(async () => {
  if (CAN_HAVE_ANOTHER) server = await startPrivateDatabaseServer();
  ({ bench, moments } = await openHistory());
}, 120_000);

/** A history with backups now and then, and other changes in between, every moment of it looked at. */
async function openHistory(): Promise<{ bench: Bench; moments: Map<number, Moment> }> {
  const bench = await openBench({ verify: 'restore' }, server?.url);
  const moments = new Map<number, Moment>();
  const { ledger, query, name } = bench;
  const history = historyOf(ledger);
  await bench.backUp();
  await history.request(3, 500_000n, true);
  moments.set(1, { before: {}, after: await contentOf(query, name) });
  const steps = randomSteps(SEED, 400);
  for (const [i, step] of steps.entries()) {
    const number = await bench.newest();
    if (number >= OPERATIONS) break;
    if (i % 3 === 0) await bench.change();
    const before = await contentOf(query, name);
    await history.take(step);
    const now = await bench.newest();
    if (now === number) continue;
    // A deposit is asked for, which is no operation, and then confirmed, which is one: what was there right before it
    // is only known where the step was one transaction.
    const isOne = step.do === 'buy' || step.do === 'sell' || step.do === 'unsell' || step.do === 'confirm';
    moments.set(now, { before: isOne ? before : {}, after: await contentOf(query, name) });
    if ([7, 8, 15, 22, 29].includes(now)) await bench.backUp();
    if (i % 4 === 0) await bench.change();
    if (i % 5 === 0) await writeOwnTables(bench);
  }
  return { bench, moments };
}

/** As each server does that shares its database, and on a cluster whoever makes backups. */
async function writeOwnTables({ query, settings }: Bench): Promise<void> {
  await new Reporter(query, settings.directory, settings.proofDirectory).tell();
  const lease = await Lease.take(query, 'of-this-test');
  await lease.giveBack();
}

afterAll(async () => {
  await bench.close();
  await server?.close();
});

test('the history is long enough, and a few backups hold it', async () => {
  expect(await bench.newest()).toBe(OPERATIONS);
  expect([...moments.keys()]).toEqual(Array.from({ length: OPERATIONS }, (_, i) => i + 1));
  expect((await bench.backups()).length).toBeLessThan(8);
});

test.each(Array.from({ length: OPERATIONS }, (_, i) => i + 1))('operation %i comes back exactly', async (number) => {
  const into = `${bench.name}_at_${number}`;
  const { outcome } = await bench.restore({ kind: 'operation', number }, { into });
  expect(outcome).toMatchObject({ database: into, lastOperation: number });
  expect(await contentOf(bench.query, into)).toEqual(moments.get(number)?.after);
  await bench.query('DROP DATABASE ??', [into]);
});

test('so does the moment right before one', async () => {
  const known = [...moments].filter(([, { before }]) => Object.keys(before).length > 0).map(([number]) => number);
  expect(known.length).toBeGreaterThan(3);
  for (const number of known) {
    const into = `${bench.name}_before_${number}`;
    const { outcome } = await bench.restore({ kind: 'before', number }, { into });
    expect(outcome.lastOperation).toBe(number - 1);
    expect(await contentOf(bench.query, into)).toEqual(moments.get(number)?.before);
    await bench.query('DROP DATABASE ??', [into]);
  }
});

test('a program that is older than the server and cannot read its log is named', async () => {
  const programs = new FakePrograms();
  try {
    const said =
      "ERROR: Could not find server version: Master reported unrecognized MariaDB version '11.8.9-MariaDB-log'.";
    programs.add(CLIENTS.log, `echo "${said}" >&2; exit 1`);
    // However soon it ends.
    for (let i = 0; i < 10; i++) {
      const message = await rejection(bench.restore({ kind: 'operation', number: 3 }, { into: `${bench.name}_at_3` }));
      expect(message).toContain(
        `The program ${CLIENTS.log} is too old for the server's version 11.8.9: install the client programs of that version`,
      );
    }
  } finally {
    programs.remove();
  }
});

test('in the place of the live database too, again and again, whatever history was abandoned', async () => {
  const { bench, moments } = await openHistory();
  try {
    for (const number of [25, 13, 4]) {
      await bench.restore({ kind: 'operation', number });
      expect(await contentOf(bench.query, bench.name)).toEqual(moments.get(number)?.after);
      await bench.operate();
      expect(await bench.newest()).toBe(number + 1);
      const { plan } = await bench.restore({ kind: 'operation', number });
      expect(plan.gone.map((entry) => entry.number)).toEqual([number + 1]);
      expect(await contentOf(bench.query, bench.name)).toEqual(moments.get(number)?.after);
    }
    expect(await bench.check()).toEqual([]);
    expect(await bench.litter()).toEqual([]);
  } finally {
    await bench.close();
  }
}, 120_000);

test('a backup of the empty ledger makes the very first operations reachable, however fast they came', async () => {
  const bench = await openBench({}, server?.url);
  try {
    const empty = await bench.backUp();
    expect(empty.lastOperation.number).toBe(0);
    await bench.operate(3);
    const { plan } = await bench.restore({ kind: 'operation', number: 2 });
    expect(plan.backup.path).toBe(empty.path);
    expect(await bench.newest()).toBe(2);
    expect(await bench.check()).toEqual([]);
  } finally {
    await bench.close();
  }
});
