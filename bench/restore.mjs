// db:restore into a new database, held against the stock client that reads the same file into another one, on the
// server that Motorpool runs for itself. Ours includes the ledger check of the copy.
//   node bench/restore.mjs [--runs=5] [--full] [--folder=DIR]: the folder keeps the large database for the next time.
import { execFileSync, spawn } from 'node:child_process';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { takeAlone } from './support/alone.mjs';
import { openBigDatabase, program } from './support/big-database.mjs';
import { compare, takeTurns } from './support/figures.mjs';
import { undoAll } from './support/undo.mjs';

export const names = ['restore-1g'];

/** Five turns of a whole GiB take longer than all the rest together: --full has them. */
const MIB = 128;

/** @param folder keeps the large database; without one it is made and removed */
export async function measure({ quick, full, folder, runs = quick ? 1 : 5 }) {
  const mib = quick ? 1 : full ? 1024 : MIB;
  const large = await openBigDatabase(mib, folder && join(folder, `pool-${mib}`));
  const { socketPath, user, script } = large;
  // Where Motorpool looks for its own database: it restores as `npm run db:restore` does without any setting.
  const storage = large.folder;
  const run = (name, ...args) =>
    execFileSync(process.execPath, [program(name), ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, STORAGE_DIR: storage, BACKUP_VERIFY: 'checksum' },
    });
  try {
    run('cli/db-backup', '--keep=1');
    const backups = join(storage, 'app/backups');
    const file = join(
      backups,
      (await readdir(backups)).find((name) => name.endsWith('.sql')),
    );
    const timed = (restore) => async () => {
      await script.query('DROP DATABASE IF EXISTS restored');
      const began = performance.now();
      await restore();
      return (performance.now() - began) / 1000;
    };
    const turns = await takeTurns(
      {
        ours: timed(() => run('cli/db-restore', file, '--into=restored', '--yes')),
        async stock() {
          await script.query('DROP DATABASE IF EXISTS stock');
          await script.query('CREATE DATABASE stock');
          return timed(() => stockClient(['--no-defaults', '-u', user, '-S', socketPath, 'stock'], file))();
        },
      },
      { runs, warmUps: 0 },
    );
    return [
      {
        ...compare('restore-1g', turns.ours, turns.stock, 's'),
        note: `${Math.round((await stat(file)).size / 2 ** 20)} MiB`,
      },
    ];
  } finally {
    await script.query('DROP DATABASE IF EXISTS restored').catch(() => undefined);
    await script.query('DROP DATABASE IF EXISTS stock').catch(() => undefined);
    await undoAll();
  }
}

async function stockClient(args, path) {
  const file = await open(path);
  const child = spawn('mariadb', args, { stdio: [file.fd, 'ignore', 'inherit'] });
  const code = await new Promise((resolve) => child.once('close', resolve));
  await file.close();
  if (code !== 0) throw new Error(`mariadb ended with status ${code}.`);
}

await takeAlone(import.meta.url, { names, measure });
