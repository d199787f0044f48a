import path from 'node:path';
import { readBackup } from '../../src/backup/files/catalogue';
import { restoreWithStockClient } from '../backup/stock-client';
import { createTestDatabase } from '../support/database';
import { http } from '../support/http';
import { startTestServer, type TestServer } from '../support/server';
import { waitFor } from '../support/wait';

interface Status {
  healthy: boolean;
  pendingOperations: number;
  lastChange: number;
  changesStoredThrough: number;
  changesProvenThrough: number;
  pendingChanges: number;
  latest: { filename: string; trigger: string; lastChange: number };
}

const WITHIN_MS = 4_000;

describe('what is no operation', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await startTestServer({ BACKUP_CHANGES_WITHIN: `${WITHIN_MS / 1000}s` });
  });
  afterEach(() => server.close());

  const status = async (): Promise<Status> =>
    (
      await server.admin.administer<{ backupStatus: Status }>(
        `{ backupStatus { healthy pendingOperations lastChange changesStoredThrough changesProvenThrough pendingChanges
           latest { filename trigger lastChange } } }`,
      )
    ).backupStatus;

  test('is backed up by itself, and proven: its file holds it', async () => {
    await server.admin.createUser('INVESTOR', 'Not lost');
    const { lastChange } = await status();
    const stored = await waitFor('the backup of the account', async () => {
      const now = await status();
      return now.changesStoredThrough === lastChange && now;
    });
    expect(stored).toMatchObject({ healthy: true, pendingChanges: 0, latest: { trigger: 'CHANGE', lastChange } });
    const file = path.join(server.backups, stored.latest.filename);
    const [newest] = await server.database.query('SELECT number, uid, hash FROM changes ORDER BY number DESC LIMIT 1');
    expect((await readBackup(file))?.lastChange).toEqual(newest);
    await waitFor('its proof', async () => (await status()).changesProvenThrough === lastChange);
    const restored = await createTestDatabase();
    try {
      await restoreWithStockClient(restored.address, restored.address.database, file);
      expect(await restored.query("SELECT role FROM users WHERE name = 'Not lost'")).toEqual([{ role: 'INVESTOR' }]);
    } finally {
      await restored.drop();
    }
    const metrics = (await http(`${server.url}/metrics`)).text;
    for (const figure of ['committed', 'stored', 'proven']) {
      expect(metrics).toContain(`\nmotorpool_changes_${figure} ${lastChange}\n`);
    }
    expect(metrics).toContain('\nmotorpool_changes_pending_backup 0\n');
  });

  test('waits for the end of its burst, which shares one file; an operation takes along what waits', async () => {
    const { admin } = server;
    const { id } = await admin.createUser('INVESTOR');
    for (let i = 0; i < 5; i++) await admin.requestPayment('DEPOSIT', '1.00', id);
    const before = await status();
    expect(before).toMatchObject({ pendingOperations: 0, latest: { trigger: 'INITIAL' } });
    expect(before.pendingChanges).toBeGreaterThanOrEqual(6);
    await admin.buy('1.00');
    const { lastChange } = await status();
    await waitFor('the backup', async () => (await status()).changesStoredThrough === lastChange);
    const { backups } = await admin.administer<{ backups: { trigger: string }[] }>('{ backups { trigger } }');
    expect(backups.map(({ trigger }) => trigger)).toEqual(['OPERATION', 'INITIAL']);
  });
});
