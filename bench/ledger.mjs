// How long a confirmation and a sale take through GraphQL over HTTP, held against the bare SQL transaction that writes
// the same rows from a script, and against the same rows written member by member with TypeORM.
//
//   node bench/ledger.mjs [--members=10,1000,10000,100000] [--runs=7]
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import * as bare from './bare-sql.mjs';
import { MemberByMember } from './peers/member-by-member.mjs';
import { createClient, signIn } from './support/client.mjs';
import { openDatabase } from './support/database.mjs';
import { compare, median, takeTurns } from './support/figures.mjs';
import { countOf, parseOptions } from './support/options.mjs';
import { startMotorpool } from './support/servers.mjs';
import { undoAll } from './support/undo.mjs';

export const names = ['confirm-1k', 'confirm-10k', 'confirm-100k', 'confirm-10k-naive', 'sell-10k'];

/** What is measured on one pool: for each figure what is done, and how many turns count. */
const POOLS = [
  { members: 1_000, figures: { 'confirm-1k': ['confirm', 61] } },
  {
    members: 10_000,
    figures: { 'confirm-10k': ['confirm', 7], 'sell-10k': ['sell', 7], 'confirm-10k-naive': ['naive', 5] },
  },
  { members: 100_000, figures: { 'confirm-100k': ['confirm', 5] } },
];
const TINY = [{ members: 10, figures: Object.assign({}, ...POOLS.map(({ figures }) => figures)) }];

export async function measure({ wanted, quick }) {
  const results = [];
  for (const { members, figures } of quick ? TINY : POOLS) {
    const chosen = Object.entries(figures).filter(([name]) => wanted.includes(name));
    if (chosen.length === 0) continue;
    await withPool({ members, warmUps: quick ? 0 : 3 }, async (pool) => {
      for (const [name, [kind, runs]] of chosen) {
        results.push(compare(name, ...(await pool[kind](quick ? 1 : runs)), 'ms'));
      }
    });
  }
  return results;
}

/** Every kind is a function of the runs to count: our times and the peer's, in milliseconds. */
async function withPool({ members, warmUps = 3 }, use) {
  try {
    const database = await openDatabase();
    const { script } = database;
    const server = await startMotorpool(database, join(database.folder, 'server'));
    const client = createClient(server.url, { authorization: `Bearer ${await signIn(server.url)}` });
    await addMembers(script, client, members);
    await warmUp(client, 20 * warmUps);
    const confirm = {
      prepare: () => requestDeposit(client, '10.00'),
      ours: (id) => client.ask('mutation ($id: ID!) { confirmPayment(id: $id) { id status } }', { id }),
      written: 'SELECT COUNT(*) AS count FROM contributions WHERE paymentId = ?',
      lines: members,
    };
    const sell = {
      prepare: () => buy(client),
      ours: (vehicleId) =>
        client.ask('mutation ($input: SellVehicleInput!) { sellVehicle(input: $input) { id status } }', {
          input: { vehicleId, price: '900000.00' },
        }),
      written: `SELECT COUNT(*) AS count FROM sales s JOIN payments p ON p.saleId = s.id
        JOIN contributions c ON c.paymentId = p.id WHERE s.vehicleId = ?`,
      // One of the company, too.
      lines: members + 1,
    };
    const turns = async ({ prepare, ours, written, lines }, peer, options) => {
      const timed = (work) => async () => {
        const id = await prepare();
        await settled(client);
        const began = performance.now();
        await work(id);
        const took = performance.now() - began;
        const [[{ count }]] = await script.query(written, [id]);
        assert.equal(Number(count), lines, 'A turn wrote other lines than it should.');
        return took;
      };
      const taken = await takeTurns({ ours: timed(ours), peer: timed(peer) }, options);
      return [taken.ours, taken.peer];
    };
    await use({
      confirm: (runs) => turns(confirm, (id) => bare.confirm(script, id), { runs, warmUps }),
      sell: (runs) => turns(sell, (id) => bare.sell(script, id), { runs, warmUps }),
      async naive(runs) {
        const peer = await MemberByMember.connect(database);
        try {
          return await turns(confirm, (id) => peer.confirm(Number(id)), { runs, warmUps: 0 });
        } finally {
          await peer.close();
        }
      },
      peakMib: server.peakMib,
    });
    client.close();
  } finally {
    await undoAll();
  }
}

/** Everybody is a member with a share, the last with twice as large a one as the first. */
async function addMembers(script, client, count) {
  await script.query(
    `INSERT INTO users (name, email, role, balance, memberSince, createdAt)
     SELECT CONCAT('Member ', seq), CONCAT('member.', seq, '@example.com'), 'INVESTOR', 100 * (${count} + seq),
            UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
     FROM seq_1_to_${count}`,
  );
  const id = await requestDeposit(client, '100.00');
  await client.ask('mutation ($id: ID!) { confirmPayment(id: $id) { id } }', { id });
}

/** A server that has been up for a while: its code is compiled. Moves no money. */
async function warmUp(client, times) {
  for (let i = 0; i < times; i++) {
    const id = await requestDeposit(client, '1.00');
    await client.ask('mutation ($id: ID!) { rejectPayment(id: $id) { id status } }', { id });
    await client.ask('{ me { id } pool { members } }');
  }
}

async function requestDeposit(client, amount) {
  const { users } = await client.ask('{ users(role: INVESTOR, first: 1) { nodes { id } } }');
  const { requestPayment } = await client.ask(
    'mutation ($input: RequestPaymentInput!) { requestPayment(input: $input) { id } }',
    { input: { kind: 'DEPOSIT', amount, userId: users.nodes[0].id } },
  );
  return requestPayment.id;
}

async function buy(client) {
  const { buyVehicle } = await client.ask('mutation ($input: BuyVehicleInput!) { buyVehicle(input: $input) { id } }', {
    input: { title: 'A car', cost: '100.00', idempotencyKey: randomUUID() },
  });
  return buyVehicle.id;
}

/** Waits until no backup runs: what is measured is the operation. What the script wrote, nobody asked to back up. */
async function settled(client) {
  for (let quietFor = 0; quietFor < 3; await pause(30)) {
    const { backupStatus } = await client.ask('{ backupStatus { running } }', {}, '/admin/graphql');
    quietFor = backupStatus.running ? 0 : quietFor + 1;
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const options = parseOptions({
    members: { type: 'string', default: '10,1000,10000' },
    runs: { type: 'string', default: '7' },
  });
  const runs = countOf('runs', options.runs);
  const ms = (times) => `${median(times).toFixed(1)} ms`.padStart(10);
  for (const members of options.members.split(',').map((text) => countOf('members', text))) {
    await withPool({ members }, async (pool) => {
      for (const kind of ['confirm', 'sell']) {
        const [ours, peers] = await pool[kind](runs);
        const { ratio, lowest, highest } = compare(kind, ours, peers, 'ms');
        const range = `${lowest.toFixed(2)} to ${highest.toFixed(2)}`;
        process.stdout.write(
          `${String(members).padStart(6)} members  ${kind.padEnd(7)}  GraphQL ${ms(ours)}  SQL ${ms(peers)}  ratio ${ratio.toFixed(2)} (${range})\n`,
        );
      }
      process.stdout.write(
        `${String(members).padStart(6)} members  the server's peak: ${pool.peakMib().toFixed(0)} MiB\n`,
      );
    });
  }
}
