// A pool whose database is as large as one wants. Made once per folder, and taken as it is from then on.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from './database.mjs';
import { fillLedger } from './sound-ledger.mjs';

export const program = (name) => new URL(`../../dist/src/${name}.js`, import.meta.url).pathname;

/** What a line of contributions takes in a dump, with its part of all else. */
const BYTES_A_LINE = 67;

/**
 * A database server of one's own with about `mib` MiB of SQL in it; ended by `undoAll`.
 * @param kept a folder that keeps it for the next time; without one it is made and removed
 * @returns what `openDatabase` does; there is an empty folder `server` in its own
 */
export async function openBigDatabase(mib, kept) {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'motorpool-bench-')));
  const server = join(folder, 'server');
  const opened = await connect(folder, () =>
    rm(kept === undefined ? folder : server, { recursive: true, force: true }),
  );
  await rm(server, { recursive: true, force: true });
  await mkdir(server);
  execFileSync(process.execPath, [program('cli/db-migrate')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH, DATABASE_URL: opened.url, STORAGE_DIR: server },
  });
  await fillLedger(opened.script, Math.round((mib * 2 ** 20) / BYTES_A_LINE));
  return opened;
}
