// How long `db:backup` with BACKUP_VERIFY=checksum takes, held against the plain dump program with the same options
// whose output goes straight into a file that is then synced; and how much memory our process takes meanwhile.
//   node bench/backup.mjs [--runs=5] [--folder=DIR]: the folder keeps the large database for the next time.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';
import { takeAlone } from './support/alone.mjs';
import { openBigDatabase, program } from './support/big-database.mjs';
import { compare, takeTurns } from './support/figures.mjs';
import { undoAll } from './support/undo.mjs';

export const names = ['backup-1g'];

/** What `db:backup` asks for on a MariaDB with a binary log. */
const OPTIONS =
  '--single-transaction --quick --skip-lock-tables --skip-add-locks --routines --triggers --events --hex-blob ' +
  '--no-tablespaces --comments --master-data=2 --gtid';

/** @param folder keeps the large database; without one it is made and removed */
export async function measure({ quick, folder, runs = quick ? 1 : 5 }) {
  const peaks = [];
  try {
    const large = await openBigDatabase(quick ? 8 : 1024, folder);
    const times = await takeTurns(
      {
        ours: () => backUp(large, peaks),
        peer: () => plainDump(large),
      },
      { runs, warmUps: quick ? 0 : 1 },
    );
    return [{ ...compare('backup-1g', times.ours, times.peer, 's'), note: `memory at most ${Math.max(...peaks)} MiB` }];
  } finally {
    await undoAll();
  }
}

async function seconds(work) {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** @returns seconds, without those for taking the file away again */
async function plainDump({ user, socketPath, database, folder }) {
  const path = join(folder, 'server', 'plain.sql');
  const took = await seconds(async () => {
    const file = await open(path, 'w');
    const args = ['--no-defaults', '-u', user, '-S', socketPath, ...OPTIONS.split(' '), database];
    await succeed(spawn('mariadb-dump', args, { stdio: ['ignore', file.fd, 'inherit'] }));
    await file.sync();
    await file.close();
  });
  await rm(path);
  return took;
}

/**
 * @param peaks gets the most memory that it took, in MiB
 * @returns seconds, without those for taking the file away again
 */
async function backUp({ url, folder }, peaks) {
  const took = await seconds(async () => peaks.push(await runBackup(url, folder)));
  await rm(join(folder, 'server', 'app', 'backups'), { recursive: true });
  return took;
}

async function runBackup(url, folder) {
  const child = spawn(process.execPath, [program('cli/db-backup'), '--keep=1'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: url,
      STORAGE_DIR: join(folder, 'server'),
      BACKUP_VERIFY: 'checksum',
    },
  });
  let peak = 0;
  const look = setInterval(() => (peak = Math.max(peak, peakMib(child.pid))), 20);
  child.once('exit', () => clearInterval(look));
  await succeed(child);
  return Math.round(peak);
}

/** 0 where the process is gone. */
function peakMib(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

async function succeed(child) {
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${child.spawnfile} ended with status ${code}.`);
}

await takeAlone(import.meta.url, { names, measure });
