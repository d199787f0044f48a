// From the start of the process to the first good answer of /readyz, with the database up and its tables there.
import { once } from 'node:events';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase } from './support/database.mjs';
import { compare, takeTurns } from './support/figures.mjs';
import { partTheCores, spawnMotorpool, spawnPeer, startMotorpool } from './support/servers.mjs';

export const names = ['start'];

const POLL_MS = 2;

export async function measure({ quick }) {
  partTheCores();
  const database = await openDatabase();
  const storageDir = join(database.folder, 'server');
  try {
    // The tables, the administrator, the folders: what a start finds every time but the first.
    await (await startMotorpool(database, storageDir)).stop();
    const ways = {
      motorpool: () => readyAfter((port) => spawnMotorpool(database, storageDir, { PORT: String(port) })),
      apollo: () => readyAfter((port) => spawnPeer('empty-apollo', { PORT: String(port) })),
    };
    const { motorpool, apollo } = await takeTurns(ways, quick ? { runs: 1, warmUps: 0 } : { runs: 9 });
    return [compare('start', motorpool, apollo, 'ms')];
  } finally {
    await database.close();
  }
}

async function readyAfter(start) {
  const port = await freePort();
  const began = performance.now();
  const child = start(port);
  try {
    while (!(await isReady(port))) {
      if (child.exitCode !== null) throw new Error('The server ended before it was ready.');
      await pause(POLL_MS);
    }
    return performance.now() - began;
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
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
