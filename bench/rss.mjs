// Resident memory after many requests, held against that after a few: what a cache without a bound or a leak adds.
// Every tenth document is one that the server has never seen; a third of the others read ten vehicles with all there is to
// them.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { takeAlone } from './support/alone.mjs';
import { createClient, signIn } from './support/client.mjs';
import { openDatabase } from './support/database.mjs';
import { compare } from './support/figures.mjs';
import { requestsPerSecond } from './support/load.mjs';
import { addSales } from './support/sales.mjs';
import { partTheCores, startMotorpool } from './support/servers.mjs';
import { undoAll } from './support/undo.mjs';

export const names = ['rss'];

const KNOWN = [
  '{ me { id name balance percentage } }',
  '{ vehicles(first: 10) { nodes { id title sale { id payments { id user { id } } } } pageInfo { hasNextPage } } }',
  '{ pool { capital available members } }',
];
const requests = Array.from({ length: 10 }, (_, i) => ({
  body: JSON.stringify({ query: i === 9 ? `{ me { id } } # [<id>]` : KNOWN[i % KNOWN.length] }),
}));

export async function measure({ quick }) {
  partTheCores();
  const [few, many] = quick ? [50, 100] : [1_000, 100_000];
  try {
    const database = await openDatabase();
    const server = await startMotorpool(database, join(database.folder, 'server'));
    await addSales(database.script);
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${await signIn(server.url)}`,
    };
    const client = createClient(server.url, headers);
    const { vehicles } = await client.ask(KNOWN[1]);
    assert.equal(vehicles.nodes.filter(({ sale }) => sale.payments.length > 1).length, 10);
    client.close();
    const memoryAfter = async (amount) => {
      await requestsPerSecond({ url: `${server.url}/graphql`, headers, requests, amount });
      await pause(500);
      return server.rssMib();
    };
    const before = await memoryAfter(few);
    const after = await memoryAfter(many - few);
    return [{ ...compare('rss', [after], [before], 'MiB'), note: `one server, ${many} requests` }];
  } finally {
    await undoAll();
  }
}

await takeAlone(import.meta.url, { names, measure });
