import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SEGMENT_SESSION } from '../../../../src/backup/segments/decode/decode-log';
import { Role } from '../../../../src/entities/enums';
import { History, steps } from '../../../ledger/history';
import { Model } from '../../../ledger/model';
import { createLedger } from '../../../support/ledger';
import { fc } from '../../../support/random';
import { restoreWithStockClient } from '../../stock-client';
import { checksumsOf, entriesSince, openLogBench, placeOf, transactionsOf, type LogBench } from './log-bench';

const ROLES = [Role.OPERATOR, Role.INVESTOR, Role.INVESTOR, Role.INVESTOR];
const MEMBERS = ROLES.map((_, i) => i + 2);

let bench: LogBench;
let folder: string;
beforeAll(async () => {
  bench = await openLogBench();
  folder = await mkdtemp(path.join(tmpdir(), 'log-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await bench.close();
});

test("each of the pool's own operations is carried over, and by the stock client alone", async () => {
  const ledger = await createLedger({ server: bench.url, roles: ROLES });
  const { copy } = bench;
  try {
    const live = ledger.database;
    for (const name of Object.keys(await checksumsOf(live))) {
      await copy.query('CREATE TABLE ?? LIKE ??.??', [name, live.address.database, name]);
      await copy.query('INSERT INTO ?? SELECT * FROM ??.??', [name, live.address.database, name]);
    }
    expect(await checksumsOf(copy)).toEqual(await checksumsOf(live));
    const from = await placeOf(live);
    const history = new History(ledger, new Model(MEMBERS, 500_000n));
    const [list = []] = fc.sample(steps({ minLength: 30, maxLength: 35 }), { numRuns: 1 });
    const sums: Record<string, string>[] = [];
    for (const step of list) {
      await history.take(step);
      sums.push(await checksumsOf(live));
    }
    expect(history.model.operations.length).toBeGreaterThan(10);

    const transactions = transactionsOf(await entriesSince(live, from));
    const half = Math.floor(transactions.length / 2);
    const reached: string[] = [];
    for (const transaction of transactions.slice(0, half)) {
      await bench.carryOver(transaction);
      reached.push(JSON.stringify(await checksumsOf(copy)));
    }
    // Some steps take two transactions.
    const states = [...new Set(sums.map((sum) => JSON.stringify(sum)))].slice(1);
    const last = states.findLastIndex((state) => reached.includes(state));
    expect(last).toBeGreaterThan(2);
    expect(states.slice(0, last + 1).filter((state) => !reached.includes(state))).toEqual([]);

    const file = path.join(folder, 'half.sql');
    const lines = transactions.slice(half).flatMap(({ statements }) => ['START TRANSACTION', ...statements, 'COMMIT']);
    await writeFile(file, [SEGMENT_SESSION, ...lines].map((line) => `${line};\n`).join(''));
    await restoreWithStockClient(copy.address, copy.address.database, file);
    expect(await checksumsOf(copy)).toEqual(sums.at(-1));
  } finally {
    await ledger.close();
  }
});
