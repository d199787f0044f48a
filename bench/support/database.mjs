// A MariaDB of the run's own in a folder that is removed afterwards, set up as Motorpool sets up its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { undone } from './undo.mjs';

const require = createRequire(import.meta.url);
const { EmbeddedDatabase } = require('../../dist/src/database/embedded/embedded.js');

/**
 * Removed by `undoAll`.
 * @returns where it is (`url`, `socketPath`, `user`, `database`), its `folder`, and a connection `script`, whose session is
 *   set up as the server's are
 */
export async function openDatabase() {
  const folder = await mkdtemp(join(tmpdir(), 'motorpool-bench-'));
  const opened = await connect(folder, () => rm(folder, { recursive: true, force: true }));
  await opened.script.query("SET SESSION time_zone = '+00:00'");
  await opened.script.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
  return opened;
}

/** The database in that folder, as above; `remove` comes when nobody uses it any more. */
export async function connect(folder, remove) {
  const embedded = new EmbeddedDatabase(folder);
  let script;
  undone(async () => {
    script?.destroy();
    await embedded.release();
    await remove();
  });
  const { user, database, socketPath } = await embedded.acquire();
  const url = `mysql://${user}@localhost/${database}?socketPath=${encodeURIComponent(socketPath)}`;
  script = await mysql.createConnection({ socketPath, user, database, timezone: 'Z' });
  return { folder, url, socketPath, user, database, script };
}
