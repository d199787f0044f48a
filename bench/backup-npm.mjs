// db:backup, checked by checksum, held against the npm package mysqldump, with its slow habits off.
import { execFileSync } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { takeAlone } from './support/alone.mjs';
import { openBigDatabase, program } from './support/big-database.mjs';
import { compare, takeTurns } from './support/figures.mjs';
import { undoAll } from './support/undo.mjs';

export const names = ['backup-npm'];

const peer = new URL('peers/npm-mysqldump.mjs', import.meta.url).pathname;

/** @param folder keeps the large database; without one it is made and removed */
export async function measure({ quick, folder, runs = quick ? 1 : 5 }) {
  const mib = quick ? 1 : 200;
  const timed = (file, args, settings) => async () => {
    const began = performance.now();
    execFileSync(process.execPath, [file, ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: process.env.PATH, NODE_ENV: 'production', ...settings },
    });
    return (performance.now() - began) / 1000;
  };
  try {
    const large = await openBigDatabase(mib, folder && join(folder, `pool-${mib}`));
    const { url, socketPath, user, database } = large;
    const storage = join(large.folder, 'server');
    const dumpFile = join(storage, 'npm.sql');
    const dump = timed(peer, [], { SOCKET_PATH: socketPath, DATABASE_USER: user, DATABASE: database, FILE: dumpFile });
    const { ours, npm } = await takeTurns(
      {
        ours: timed(program('cli/db-backup'), ['--keep=1'], {
          DATABASE_URL: url,
          STORAGE_DIR: storage,
          BACKUP_VERIFY: 'checksum',
          JWT_SECRET: 'x'.repeat(32),
        }),
        async npm() {
          await rm(dumpFile, { force: true });
          return dump();
        },
      },
      { runs, warmUps: 0 },
    );
    const file = await open(dumpFile);
    const { size } = await file.stat();
    await file.close();
    return [{ ...compare('backup-npm', ours, npm, 's'), note: `its file ${Math.round(size / 2 ** 20)} MiB` }];
  } finally {
    await undoAll();
  }
}

await takeAlone(import.meta.url, { names, measure });
