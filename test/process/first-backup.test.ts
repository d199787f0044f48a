import { readdirSync } from 'node:fs';
import path from 'node:path';
import { waitFor } from '../support/wait';
import { clearUp, newFolder, openSql, run, Server } from './programs';

afterEach(clearUp);

test('a new pool is backed up before its first operation, so that each of a burst can be restored', async () => {
  const folder = newFolder();
  const server = await Server.start(folder, { BACKUP_VERIFY: 'checksum' });
  expect(readdirSync(path.join(folder, 'storage', 'app', 'backups'))).toHaveLength(1);
  const admin = await server.signIn();
  await Promise.all(Array.from({ length: 7 }, () => admin.buy('1.00')));
  await waitFor('the backup of all seven', async () => {
    const { backupStatus } = await admin.administer<{ backupStatus: { pendingOperations: number; running: boolean } }>(
      '{ backupStatus { pendingOperations running } }',
    );
    return backupStatus.pendingOperations === 0 && !backupStatus.running;
  });
  const query = await openSql(folder);
  for (const number of [1, 6]) {
    const into = `motorpool_at_${number}`;
    const args = ['--operation', String(number), '--into', into, '--yes'];
    expect(await run(folder, 'cli/db-restore', { args })).toMatchObject({ code: 0 });
    expect(await query(`SELECT COUNT(*) AS vehicles FROM ${into}.vehicles`)).toEqual([{ vehicles: String(number) }]);
  }
}, 180_000);
