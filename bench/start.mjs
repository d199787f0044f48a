// From the start of the process to the first good answer of /readyz, with the database up and its tables there.
import { once } from 'node:events';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { takeAlone } from './support/alone.mjs';
import { openDatabase } from './support/database.mjs';
import { compare, takeTurns } from './support/figures.mjs';
import { end, partTheCores, READY_MS, spawnMotorpool, spawnPeer, startMotorpool } from './support/servers.mjs';
import { undoAll, undone } from './support/undo.mjs';

export const names = ['start'];

const POLL_MS = 2;

export async function measure({ quick, runs = quick ? 1 : 9 }) {
  partTheCores();
  try {
    const database = await openDatabase();
    const storageDir = join(database.folder, 'server');
    // The tables, the administrator, the folders: what a start finds every time but the first.
    await (await startMotorpool(database, storageDir)).stop();
    const ways = {
      motorpool: () => readyAfter((port) => spawnMotorpool(database, storageDir, { PORT: String(port) })),
      apollo: () => readyAfter((port) => spawnPeer('empty-apollo', { PORT: String(port) })),
    };
    const { motorpool, apollo } = await takeTurns(ways, { runs, warmUps: quick ? 0 : 1 });
    return [compare('start', motorpool, apollo, 'ms')];
  } finally {
    await undoAll();
  }
}

async function readyAfter(start) {
  const port = await freePort();
  const began = performance.now();
  const child = start(port);
  const stop = undone(() => end(child));
  try {
    while (!(await isReady(port))) {
      if (child.exitCode !== null) throw new Error('The server ended before it was ready.');
      if (performance.now() - began > READY_MS) throw new Error('The server was not ready in time.');
      await pause(POLL_MS);
    }
    return performance.now() - began;
  } finally {
    await stop();
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

function isReady(port) {
  return new Promise((resolve) => {
    get({ host: '127.0.0.1', port, path: '/readyz', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    }).on('error', () => resolve(false));
  });
}

await takeAlone(import.meta.url, { names, measure });
