// db:backup, checked by checksum, held against the npm package mysqldump, with its slow habits off.
import { execFileSync } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openBigDatabase, program } from './support/big-database.mjs';
import { compare, takeTurns } from './support/figures.mjs';

export const names = ['backup-npm'];

const peer = new URL('peers/npm-mysqldump.mjs', import.meta.url).pathname;

export async function measure({ quick, folder }) {
  const mib = quick ? 1 : 200;
  const storage = join(folder, `pool-${mib}`);
  const { url, socketPath, user, database, close } = await openBigDatabase(mib, storage);
  const timed = (file, args, settings) => async () => {
    const began = performance.now();
    execFileSync(process.execPath, [file, ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: process.env.PATH, NODE_ENV: 'production', ...settings },
    });
    return (performance.now() - began) / 1000;
  };
  const dumpFile = join(folder, 'npm.sql');
  const dump = timed(peer, [], { SOCKET_PATH: socketPath, DATABASE_USER: user, DATABASE: database, FILE: dumpFile });
  try {
    const { ours, npm } = await takeTurns(
      {
        ours: timed(program('cli/db-backup'), ['--keep=1'], {
          DATABASE_URL: url,
          STORAGE_DIR: join(storage, 'server'),
          BACKUP_VERIFY: 'checksum',
          JWT_SECRET: 'x'.repeat(32),
        }),
        async npm() {
          await rm(dumpFile, { force: true });
          return dump();
        },
      },
      { runs: quick ? 1 : 5, warmUps: 0 },
    );
    const file = await open(dumpFile);
    const { size } = await file.stat();
    await file.close();
    return [{ ...compare('backup-npm', ours, npm, 's'), note: `its file ${Math.round(size / 2 ** 20)} MiB` }];
  } finally {
    await close();
  }
}
