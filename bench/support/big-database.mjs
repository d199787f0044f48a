// A pool whose database is as large as one wants. Made once per folder, and taken as it is from then on.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { fillLedger } from './sound-ledger.mjs';
import { undone } from './undo.mjs';

const require = createRequire(import.meta.url);
const { EmbeddedDatabase } = require('../../dist/src/database/embedded.js');

export const program = (name) => new URL(`../../dist/src/${name}.js`, import.meta.url).pathname;

/** What a line of contributions takes in a dump, with its part of all else. */
const BYTES_A_LINE = 67;

/**
 * A database server of one's own with about `mib` MiB of SQL in it.
 * @param folder keeps it for the next time; without one it is made and removed
 * @returns where it is, its folder with an empty one `server` in it, a connection `script`, and `close`
 */
export async function openBigDatabase(mib, kept) {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'motorpool-bench-')));
  const embedded = new EmbeddedDatabase(folder);
  const { user, database, socketPath } = await embedded.acquire();
  const url = `mysql://${user}@localhost/${database}?socketPath=${encodeURIComponent(socketPath)}`;
  const script = await mysql.createConnection({ socketPath, user, database, timezone: 'Z' });
  const close = undone(async () => {
    script.destroy();
    await embedded.release();
    await rm(kept === undefined ? folder : join(folder, 'server'), { recursive: true, force: true });
  });
  try {
    await rm(join(folder, 'server'), { recursive: true, force: true });
    await mkdir(join(folder, 'server'));
    execFileSync(process.execPath, [program('cli/db-migrate')], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: process.env.PATH, DATABASE_URL: url, STORAGE_DIR: join(folder, 'server') },
    });
    await fillLedger(script, Math.round((mib * 2 ** 20) / BYTES_A_LINE));
  } catch (error) {
    await close();
    throw error;
  }
  return { url, user, database, socketPath, folder, script, close };
}
