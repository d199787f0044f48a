// The servers that are measured, each a process of its own.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { clearTimeout, setTimeout } from 'node:timers';
import { undone } from './undo.mjs';

const main = new URL('../../dist/src/main.js', import.meta.url).pathname;
/** The flags of V8 that `npm start` gives to node. */
const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const flags = scripts.start.split(' ').filter((word) => word.startsWith('--'));
const peer = (name) => new URL(`../peers/${name}.mjs`, import.meta.url).pathname;

export const ADMIN = { email: 'admin@example.com', password: 'a password for this run' };
export const JWT_SECRET = 'a secret of this run, long enough for everybody';

/** Of a server, on a machine that is busy with other things, too. */
export const READY_MS = 120_000;

let areServersApart = false;

/**
 * Gives the servers that are started from now on the first core alone, and keeps this process and whatever else it
 * starts (the database, the load) to the second: nobody's figure hangs on whom the scheduler favours. Does nothing
 * where there is one core, or no taskset.
 */
export function partTheCores() {
  if (availableParallelism() < 2) return;
  try {
    execFileSync('taskset', ['-a', '-p', '-c', '1', String(process.pid)], { stdio: 'ignore' });
    areServersApart = true;
  } catch {
    // Of no importance to any ratio but its spread.
  }
}

/** Motorpool as `npm start` runs it, in production. */
export const spawnMotorpool = (database, storageDir, settings = {}) =>
  spawnServer([...flags, main], {
    DATABASE_URL: database.url,
    STORAGE_DIR: storageDir,
    PORT: '0',
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    JWT_SECRET,
    BACKUP_VERIFY: 'checksum',
    LOG_LEVEL: 'error',
    ...settings,
  });

/** One of bench/peers. */
export const spawnPeer = (name, settings) => spawnServer([peer(name)], { JWT_SECRET, ...settings });

export const startMotorpool = (database, storageDir, settings) => ready(spawnMotorpool(database, storageDir, settings));

export const startPeer = (name, { socketPath, user, database }) =>
  ready(spawnPeer(name, { SOCKET_PATH: socketPath, DATABASE_USER: user, DATABASE: database }));

function spawnServer(words, settings) {
  const command = [process.execPath, ...words];
  const [program, ...args] = areServersApart ? ['taskset', '-c', '0', ...command] : command;
  return spawn(program, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...settings },
  });
}

/** Once it has told its address. */
async function ready(child) {
  const stop = undone(() => end(child));
  let output = '';
  const url = await new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`The server ${why}${output.trim() && `: ${output.trim()}`}.`));
    const late = setTimeout(fail, READY_MS, 'did not start in time');
    child.once('exit', () => {
      clearTimeout(late);
      fail('ended before it was ready');
    });
    child.stdout.on('data', (data) => {
      output += data;
      const found = /ready at (\S+)\/graphql,/.exec(output);
      if (!found) return;
      clearTimeout(late);
      resolve(found[1]);
    });
  });
  const status = (name) =>
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024;
  return {
    url,
    pid: child.pid,
    /** Resident memory, MiB. */
    rssMib: () => status('VmRSS'),
    peakMib: () => status('VmHWM'),
    stop,
  };
}

/** Ends a process that has not ended by itself. */
export async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
