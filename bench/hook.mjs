// How long a purchase takes with the hook that asks for a backup, held against the same server without it: medians
// over HTTP, the two in turns. Each purchase comes after the backup of the one before, so that this is the hook's own cost;
// what a backup costs those who come meanwhile is in busy.mjs.
//   node bench/hook.mjs [--runs=5]
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { takeAlone } from './support/alone.mjs';
import { createClient, signIn } from './support/client.mjs';
import { openDatabase } from './support/database.mjs';
import { compare, median, takeTurns } from './support/figures.mjs';
import { startMotorpool } from './support/servers.mjs';

export const names = ['hook'];

const BUY = 'mutation ($input: BuyVehicleInput!) { buyVehicle(input: $input) { id } }';

export async function measure({ quick, runs = quick ? 1 : 5 }) {
  const purchases = quick ? 1 : 15;
  const database = await openDatabase();
  const servers = [];
  try {
    const ways = {};
    for (const [name, env] of [
      ['ours', {}],
      ['peer', { NODE_OPTIONS: `--require=${new URL('support/without-hook.cjs', import.meta.url).pathname}` }],
    ]) {
      const server = await startMotorpool(database, join(database.folder, name), { env });
      servers.push(server);
      const client = createClient(server.url, { authorization: `Bearer ${await signIn(server.url)}` });
      await medianOf(client, purchases);
      ways[name] = () => medianOf(client, purchases);
    }
    const times = await takeTurns(ways, { runs, warmUps: quick ? 0 : 1 });
    return [{ ...compare('hook', times.ours, times.peer, 'ms'), note: `${purchases} purchases a turn` }];
  } finally {
    for (const server of servers) await server.stop();
    await database.close();
  }
}

/** Milliseconds of a purchase, each after the backup of the one before. */
async function medianOf(client, count) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    await client.ask(BUY, { input: { title: 'A car', cost: '100.00' } });
    times.push(performance.now() - began);
    await untilQuiet(client);
  }
  return median(times);
}

async function untilQuiet(client) {
  for (;;) {
    const { backupStatus } = await client.ask('{ backupStatus { running } }', {}, '/admin/graphql');
    await pause(50);
    if (!backupStatus.running) return;
  }
}

await takeAlone(import.meta.url, { names, measure });
