// Requests a second: pages of vehicles, flat and nested, against servers that were written by hand.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { createClient, signIn } from './support/client.mjs';
import { openDatabase } from './support/database.mjs';
import { compare, takeTurns } from './support/figures.mjs';
import { requestsPerSecond } from './support/load.mjs';
import { partTheCores, startMotorpool, startPeer } from './support/servers.mjs';

export const names = ['read-nested', 'read-list', 'read-mercurius'];

const VEHICLES = 150;
const INVESTORS = 4;
const QUERIES = {
  list: `query Vehicles($first: Int!) { vehicles(first: $first) {
    nodes { id title vin year mileage cost plannedPrice status boughtAt } pageInfo { hasNextPage endCursor } } }`,
  nested: `query Sales($first: Int!) { vehicles(first: $first) {
    nodes { id title cost status boughtAt
      sale { id price profit commission distributed soldAt daysHeld
        payments { id kind status amount createdAt user { id name email role balance percentage } } } }
    pageInfo { hasNextPage endCursor } } }`,
};

export async function measure({ wanted, quick }) {
  const [runs, seconds, first] = quick ? [1, 0.3, 10] : [5, 3, 100];
  partTheCores();
  const database = await openDatabase();
  const servers = { motorpool: await startMotorpool(database, join(database.folder, 'server')) };
  try {
    await addSales(database.script);
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${await signIn(servers.motorpool.url)}`,
    };
    servers.yoga = await startPeer('yoga', database);
    servers.mercurius = await startPeer('mercurius', database);
    const results = [];
    for (const [shape, rivals] of [
      ['nested', { yoga: 'read-nested', mercurius: 'read-mercurius' }],
      ['list', { yoga: 'read-list' }],
    ]) {
      const peers = Object.keys(rivals).filter((peer) => wanted.includes(rivals[peer]));
      if (peers.length === 0) continue;
      const body = JSON.stringify({ query: QUERIES[shape], variables: { first } });
      const answer = await sameAnswer(
        ['motorpool', ...peers].map((name) => servers[name]),
        headers,
        body,
        first,
      );
      const ways = Object.fromEntries(
        ['motorpool', ...peers].map((name) => [
          name,
          () => requestsPerSecond({ url: `${servers[name].url}/graphql`, headers, body, seconds }),
        ]),
      );
      const rates = await takeTurns(ways, { runs, warmUps: quick ? 0 : 1 });
      for (const peer of peers) {
        results.push({
          ...compare(rivals[peer], rates.motorpool, rates[peer], 'requests/s'),
          note: `${(answer.length / 1024).toFixed(0)} KiB an answer`,
        });
      }
    }
    return results;
  } finally {
    for (const server of Object.values(servers)) await server.stop();
    await database.close();
  }
}

/** Everybody's answer, after making sure that it is one. */
async function sameAnswer(servers, headers, body, first) {
  const answers = [];
  for (const { url } of servers) {
    const client = createClient(url, headers);
    // Often enough for whoever compiles a query only when it comes again.
    for (let i = 0; i < 5; i++) answers.push(await client.post('/graphql', body));
    client.close();
    const stranger = createClient(url);
    const refused = await stranger.post('/graphql', body);
    assert.ok(!refused.includes('"nodes"'), `${url} answers without a token: ${refused.slice(0, 200)}`);
    stranger.close();
  }
  assert.equal(JSON.parse(answers[0]).data.vehicles.nodes.length, first);
  for (const answer of answers) assert.deepEqual(JSON.parse(answer), JSON.parse(answers[0]));
  return answers[0];
}

/** Vehicles that were all sold, each sale with a payment to the company and to every investor. */
async function addSales(script) {
  await script.query(
    `INSERT INTO users (name, email, role, balance, percentage, memberSince, createdAt)
     SELECT CONCAT('Investor ', seq), CONCAT('investor-', seq, '@example.com'), 'INVESTOR', 100000 * seq,
       1000000 DIV ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) FROM seq_1_to_${INVESTORS}`,
    [INVESTORS],
  );
  const [[{ admin }]] = await script.query("SELECT id AS admin FROM users WHERE role = 'ADMIN'");
  await script.query(
    `INSERT INTO vehicles (title, vin, year, mileage, cost, plannedPrice, status, boughtAt, boughtById)
     SELECT CONCAT('Vehicle ', seq), CONCAT('WVWZZZ1JZ3W', LPAD(seq, 6, '0')), 2000 + seq MOD 25, 1000 * seq,
       1000000 + 700 * seq, IF(seq MOD 3 = 0, NULL, 2000000), 'SOLD',
       '2026-01-01 08:30:00.125' + INTERVAL seq HOUR, ? FROM seq_1_to_${VEHICLES}`,
    [admin],
  );
  await script.query(
    `INSERT INTO sales (vehicleId, price, profit, commission, distributed, soldAt, soldById, daysHeld)
     SELECT id, cost + 80000, 80000, 40000, 40000, boughtAt + INTERVAL 30 DAY, ?, 30 FROM vehicles ORDER BY id`,
    [admin],
  );
  await script.query(
    `INSERT INTO payments (userId, kind, status, amount, saleId, createdAt, confirmedAt, confirmedById)
     SELECT u.id, IF(u.role = 'COMPANY', 'COMMISSION', 'INCOME'), 'CONFIRMED',
       IF(u.role = 'COMPANY', s.commission, s.distributed DIV ?), s.id, s.soldAt, s.soldAt, ?
     FROM sales s JOIN users u ON u.role IN ('COMPANY', 'INVESTOR') ORDER BY s.id, u.id`,
    [INVESTORS, admin],
  );
}
