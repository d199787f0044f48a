// How long requests take while a backup of a 1 GiB database is made, held against the same requests when nothing else
// runs: the 99th percentile over HTTP, the two in turns. Four clients, four reads to each mutation, 20 ms between.
//   node bench/busy.mjs [--runs=5] [--folder=DIR]: the folder keeps the large database for the next time.
// BACKUP_VERIFY=restore in the environment measures the test restore as well, which takes about twenty times as long.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { takeAlone } from './support/alone.mjs';
import { openBigDatabase } from './support/big-database.mjs';
import { createClient, signIn } from './support/client.mjs';
import { compare, median, quantile, takeTurns } from './support/figures.mjs';
import { startMotorpool } from './support/servers.mjs';
import { undoAll } from './support/undo.mjs';

export const names = ['busy-p99'];

const CLIENTS = 4;
const BETWEEN_MS = 20;
const LONGEST_MS = 10 * 60_000;
const READS = [
  '{ vehicles(first: 20) { nodes { id title cost status } } }',
  '{ payments(first: 20) { nodes { id kind status amount user { id name } } } }',
  '{ users(first: 20) { nodes { id name balance percentage } } }',
  '{ me { id name } pool { capital available profit members } }',
];
const MUTATION = 'mutation ($input: RequestPaymentInput!) { requestPayment(input: $input) { id status } }';

/** @param folder keeps the large database; without one it is made and removed */
export async function measure({ quick, folder, runs = quick ? 1 : 5 }) {
  const { BACKUP_VERIFY = 'checksum' } = process.env;
  try {
    const large = await openBigDatabase(quick ? 8 : 1024, folder);
    const server = await startMotorpool(large, join(large.folder, 'server'), { BACKUP_VERIFY, BACKUP_KEEP: '1' });
    const token = await signIn(server.url);
    const clients = Array.from({ length: CLIENTS }, () =>
      createClient(server.url, { authorization: `Bearer ${token}` }),
    );
    const [{ ask }] = clients;
    const input = await aDeposit(ask);
    // Asked of the folder, since asking the server would be work for it: the next file is there and the last is gone.
    const backups = () => readdir(join(large.folder, 'server', 'app', 'backups'));
    // The first is no figure's: the server makes it at its start, since nothing that the pool holds is in a file.
    await untilBackedUp(ask);
    let lastedMs;
    const all = { ours: [], peer: [] };
    const p99 = async (way, isOver) => {
      const times = (await Promise.all(clients.map((client) => mix(client, input, isOver)))).flat();
      all[way].push(...times);
      return quantile(times, 0.99);
    };
    await p99('peer', after(1000));
    all.peer.length = 0;
    const idle = async () => {
      const before = await backups();
      const figure = await p99('peer', after(lastedMs));
      if (!(await isBackedUp(ask)) || String(await backups()) !== String(before)) {
        throw new Error('A backup was made while nothing was to run.');
      }
      return figure;
    };
    const times = await takeTurns(
      {
        ours: async () => {
          const began = performance.now();
          const [last] = await backups();
          await ask('mutation { createBackup { running } }', {}, '/admin/graphql');
          let over = false;
          const watch = (async () => {
            try {
              for (let names = []; names.length !== 1 || names[0] === last; names = await backups()) {
                if (performance.now() - began > LONGEST_MS) throw new Error('The backup did not end.');
                await pause(100);
              }
            } finally {
              over = true;
            }
          })();
          const [figure] = await Promise.all([p99('ours', () => over), watch]);
          lastedMs = performance.now() - began;
          // Its process has yet to end.
          await untilBackedUp(ask);
          return figure;
        },
        peer: idle,
      },
      { runs, warmUps: 0 },
    );
    const note = `${BACKUP_VERIFY}, ${all.ours.length} requests, medians ${median(all.ours).toFixed(1)} and ${median(all.peer).toFixed(1)} ms`;
    for (const client of clients) client.close();
    return [{ ...compare('busy-p99', times.ours, times.peer, 'ms'), note }];
  } finally {
    await undoAll();
  }
}

/** Whether every operation is in a file, and nobody makes another one. */
async function isBackedUp(ask) {
  const { backupStatus } = await ask('{ backupStatus { pendingOperations running } }', {}, '/admin/graphql');
  return backupStatus.pendingOperations === 0 && !backupStatus.running;
}

async function untilBackedUp(ask) {
  const end = after(LONGEST_MS);
  while (!(await isBackedUp(ask))) {
    if (end()) throw new Error('The backup did not end.');
    await pause(100);
  }
}

function after(ms) {
  const end = performance.now() + ms;
  return () => performance.now() > end;
}

async function aDeposit(ask) {
  const input = { name: 'A member', email: `member-${Date.now()}@example.com`, password: 'a long password' };
  const { createUser } = await ask('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
    input: { ...input, role: 'INVESTOR' },
  });
  return { kind: 'DEPOSIT', amount: '10.00', userId: createUser.id };
}

/** @returns milliseconds of each request */
async function mix({ ask }, input, isOver) {
  const times = [];
  for (let i = 0; !isOver(); i++) {
    const read = READS[i % (READS.length + 1)];
    const began = performance.now();
    await (read === undefined ? ask(MUTATION, { input }) : ask(read));
    times.push(performance.now() - began);
    await pause(BETWEEN_MS);
  }
  return times;
}

await takeAlone(import.meta.url, { names, measure });
