// How long a purchase takes with the hook that asks for a backup, held against the same server without it: medians
// over HTTP, the two in turns. Each purchase comes after the backup of the one before, so that this is the hook's own cost;
// what a backup costs those who come meanwhile is in busy.mjs.
//   node bench/hook.mjs [--runs=21]
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { takeAlone } from './support/alone.mjs';
import { createClient, signIn } from './support/client.mjs';
import { openDatabase } from './support/database.mjs';
import { compare, median, takeTurns } from './support/figures.mjs';
import { startMotorpool } from './support/servers.mjs';
import { undoAll } from './support/undo.mjs';

export const names = ['hook'];

const BUY = 'mutation ($input: BuyVehicleInput!) { buyVehicle(input: $input) { id } }';

/** From one purchase to the next, so that the server rests as long without the hook as with it. */
const TURN_MS = 400;

export async function measure({ quick, runs = quick ? 1 : 21 }) {
  const purchases = quick ? 1 : 7;
  try {
    const ways = {};
    const backups = {};
    for (const [name, settings] of [
      ['ours', {}],
      ['peer', { NODE_OPTIONS: `--require=${new URL('support/without-hook.cjs', import.meta.url).pathname}` }],
    ]) {
      // Of its own, since each server backs up what any other commits to its database.
      const database = await openDatabase();
      const storageDir = join(database.folder, 'server');
      const server = await startMotorpool(database, storageDir, settings);
      const client = createClient(server.url, { authorization: `Bearer ${await signIn(server.url)}` });
      await medianOf(client, purchases);
      ways[name] = () => medianOf(client, purchases);
      backups[name] = async () => (await readdir(join(storageDir, 'app', 'backups'))).length;
    }
    const times = await takeTurns(ways, { runs, warmUps: quick ? 0 : 1 });
    if ((await backups.ours()) <= 1 || (await backups.peer()) > 1) {
      throw new Error('With the hook there is but the first backup, or without it there are others.');
    }
    return [{ ...compare('hook', times.ours, times.peer, 'ms'), note: `${purchases} purchases a turn` }];
  } finally {
    await undoAll();
  }
}

/** Milliseconds of a purchase, each after the backup of the one before. */
async function medianOf(client, count) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    await client.ask(BUY, { input: { title: 'A car', cost: '100.00' } });
    const took = performance.now() - began;
    times.push(took);
    await pause(TURN_MS - took);
    await untilQuiet(client);
  }
  return median(times);
}

async function untilQuiet(client) {
  for (;;) {
    const { backupStatus } = await client.ask('{ backupStatus { running } }', {}, '/admin/graphql');
    if (!backupStatus.running) return;
    await pause(50);
  }
}

await takeAlone(import.meta.url, { names, measure });
