// Requests a second: pages of vehicles, flat and nested, against servers that were written by hand.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { takeAlone } from './support/alone.mjs';
import { createClient, signIn } from './support/client.mjs';
import { openDatabase } from './support/database.mjs';
import { compare, takeTurns } from './support/figures.mjs';
import { requestsPerSecond } from './support/load.mjs';
import { addSales } from './support/sales.mjs';
import { partTheCores, startMotorpool, startPeer } from './support/servers.mjs';
import { undoAll } from './support/undo.mjs';

export const names = ['read-nested', 'read-list', 'read-mercurius'];

const QUERIES = {
  list: `query Vehicles($first: Int!) { vehicles(first: $first) {
    nodes { id title vin year mileage cost plannedPrice status boughtAt } pageInfo { hasNextPage endCursor } } }`,
  nested: `query Sales($first: Int!) { vehicles(first: $first) {
    nodes { id title cost status boughtAt
      sale { id price profit commission distributed soldAt daysHeld
        payments { id kind status amount createdAt user { id name email role balance percentage } } } }
    pageInfo { hasNextPage endCursor } } }`,
};

export async function measure({ wanted, quick, runs = quick ? 1 : 5 }) {
  const [seconds, first] = quick ? [0.3, 10] : [3, 100];
  partTheCores();
  try {
    const database = await openDatabase();
    const servers = { motorpool: await startMotorpool(database, join(database.folder, 'server')) };
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
      const asked = ['motorpool', ...peers];
      const answers = await sameAnswers(
        asked.map((name) => servers[name]),
        headers,
        body,
        first,
      );
      const ways = Object.fromEntries(
        asked.map((name, i) => [
          name,
          () => requestsPerSecond({ url: `${servers[name].url}/graphql`, headers, body, answer: answers[i], seconds }),
        ]),
      );
      const rates = await takeTurns(ways, { runs, warmUps: quick ? 0 : 1 });
      for (const peer of peers) {
        results.push({
          ...compare(rivals[peer], rates.motorpool, rates[peer], 'requests/s'),
          note: `${(answers[0].length / 1024).toFixed(0)} KiB an answer`,
        });
      }
    }
    return results;
  } finally {
    await undoAll();
  }
}

/** What each of them answers every time, after making sure that it is the same rows. */
async function sameAnswers(servers, headers, body, first) {
  const answers = [];
  for (const { url } of servers) {
    const client = createClient(url, headers);
    // Often enough for whoever compiles a query only when it comes again.
    const texts = [];
    for (let i = 0; i < 5; i++) texts.push(await client.post('/graphql', body));
    client.close();
    for (const text of texts) assert.deepEqual(JSON.parse(text), JSON.parse(answers[0] ?? texts[0]));
    answers.push(texts.at(-1));
    const stranger = createClient(url);
    const refused = await stranger.post('/graphql', body);
    assert.ok(!refused.includes('"nodes"'), `${url} answers without a token: ${refused.slice(0, 200)}`);
    stranger.close();
  }
  assert.equal(JSON.parse(answers[0]).data.vehicles.nodes.length, first);
  return answers;
}

await takeAlone(import.meta.url, { names, measure });
