// A pool whose database is as large as one wants: the ledger as migrations make it, and beside it one table with the
// columns and indexes of its longest one. Made once per folder, and taken as it is from then on.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { undone } from './undo.mjs';

const require = createRequire(import.meta.url);
const { EmbeddedDatabase } = require('../../dist/src/database/embedded.js');

export const program = (name) => new URL(`../../dist/src/${name}.js`, import.meta.url).pathname;

/** What a row of the table takes in a dump. */
const BYTES_A_ROW = 76;
const ROWS_AT_ONCE = 250_000;

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
    await mkdir(join(folder, 'server'), { recursive: true });
    execFileSync(process.execPath, [program('cli/db-migrate')], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: process.env.PATH, DATABASE_URL: url, STORAGE_DIR: join(folder, 'server') },
    });
    await fill(script, Math.round((mib * 2 ** 20) / BYTES_A_ROW));
  } catch (error) {
    await close();
    throw error;
  }
  return { url, user, database, socketPath, folder, script, close };
}

async function fill(script, rows) {
  await script.query(`CREATE TABLE IF NOT EXISTS ballast (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    userId INT UNSIGNED NOT NULL,
    paymentId INT UNSIGNED NOT NULL,
    amount BIGINT NOT NULL,
    balance BIGINT NOT NULL,
    percentage INT UNSIGNED NOT NULL,
    createdAt DATETIME(3) NOT NULL,
    KEY (userId), KEY (paymentId))`);
  await script.query('SET SESSION sql_log_bin = 0');
  const [[{ last }]] = await script.query('SELECT COALESCE(MAX(id), 0) AS last FROM ballast');
  for (let done = Number(last); done < rows; done += ROWS_AT_ONCE) {
    await script.query(
      `INSERT INTO ballast SELECT seq, 1000 + seq MOD 1000, 1000000 + seq DIV 1000, 10000 + seq * 7919 MOD 9000000,
         100000000 + seq * 104729 MOD 900000000, 100000 + seq MOD 900000,
         '2026-01-01' + INTERVAL (seq MOD 20000000) SECOND
       FROM seq_${done + 1}_to_${Math.min(rows, done + ROWS_AT_ONCE)}`,
    );
  }
}
