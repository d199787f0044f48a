import { rmSync } from 'node:fs';
import path from 'node:path';
import { backupsIn, clearUp, newFolder, run, Server } from '../process/programs';
import { createTestDatabase } from '../support/database';
import { waitFor } from '../support/wait';

afterEach(clearUp);

test('a server that starts and its backups do not stand in the way to an operation', async () => {
  const folder = newFolder();
  const database = await createTestDatabase();
  const settings = { DATABASE_URL: database.url, BACKUP_VERIFY: 'checksum' };
  const into = `${database.address.database}_at`;
  try {
    for (const operations of [1, 2, 3]) {
      const server = await Server.start(folder, settings);
      await (await server.signIn()).buy('1000.00');
      await waitFor('its backup', () => backupsIn(folder).length === operations);
      await server.end('SIGTERM');
    }
    for (const name of backupsIn(folder).slice(1)) rmSync(path.join(folder, 'storage', 'app', 'backups', name));
    for (const number of [2, 3]) {
      const args = ['--operation', String(number), `--into=${into}`, '--yes'];
      expect(await run(folder, 'cli/db-restore', { args, settings })).toMatchObject({ code: 0 });
      const [restored] = await database.query(`SELECT lastOperation FROM ${into}.pool`);
      expect(restored).toEqual({ lastOperation: number });
      await database.query(`DROP DATABASE ${into}`);
    }
  } finally {
    await database.query(`DROP DATABASE IF EXISTS ${into}`);
    await database.drop();
  }
});
