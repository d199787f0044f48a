// A MariaDB of the run's own in a folder that is removed afterwards, set up as Motorpool sets up its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { undone } from './undo.mjs';

const require = createRequire(import.meta.url);
const { EmbeddedDatabase } = require('../../dist/src/database/embedded.js');

/**
 * @returns where it is (`url`, `socketPath`, `user`, `database`), its `folder`, a connection `script` in UTC, and
 *   `close`, which removes everything
 */
export async function openDatabase() {
  const folder = await mkdtemp(join(tmpdir(), 'motorpool-bench-'));
  const embedded = new EmbeddedDatabase(folder);
  const { user, database, socketPath } = await embedded.acquire();
  const script = await mysql.createConnection({ socketPath, user, database, timezone: 'Z' });
  // As the server's own sessions.
  await script.query("SET SESSION time_zone = '+00:00'");
  await script.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
  return {
    folder,
    url: `mysql://${user}@localhost/${database}?socketPath=${encodeURIComponent(socketPath)}`,
    socketPath,
    user,
    database,
    script,
    close: undone(async () => {
      script.destroy();
      await embedded.release();
      await rm(folder, { recursive: true, force: true });
    }),
  };
}
