import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { readLog } from '../../../src/backup/core/log-reader';
import { startTestServer, type TestServer } from '../../support/server';
import { waitFor } from '../../support/wait';

interface Status {
  healthy: boolean;
  problem: string | null;
  lastOperation: number;
  coveredThrough: number;
  provenThrough: number;
  lastChange: number;
  changesStoredThrough: number;
  count: number;
  proofNote: string | null;
}

const STATUS =
  '{ backupStatus { healthy problem lastOperation coveredThrough provenThrough lastChange changesStoredThrough count proofNote } }';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ BACKUP_MODE: 'log' });
});

afterAll(async () => {
  await server.close();
});

const status = async (): Promise<Status> =>
  (await server.admin.administer<{ backupStatus: Status }>(STATUS)).backupStatus;

const allStored = (): Promise<Status> =>
  waitFor('everything stored', async () => {
    const told = await status();
    return told.coveredThrough === told.lastOperation && told.changesStoredThrough === told.lastChange && told;
  });

/** The processes of this pool that follow the log. */
function followers(): number[] {
  try {
    return execFileSync('pgrep', ['-P', String(process.pid), '-f', 'log-worker'], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number);
  } catch {
    return [];
  }
}

test('with BACKUP_MODE=log an operation is stored by a segment, and makes no file of everything', async () => {
  const { admin, storageDir } = server;
  const { id } = await admin.createUser('INVESTOR');
  await waitFor('the following of the log', async () => (await allStored()).count > 0 && followers().length === 1);
  const { count } = await status();
  for (let i = 1; i <= 5; i++) await admin.deposit(id, `${i}.00`);
  const told = await allStored();
  expect(told).toMatchObject({ healthy: true, problem: null, lastOperation: 5, count });
  expect(told.provenThrough).toBeLessThan(5);
  expect(told.proofNote).toMatch(/is in log segments, and is proven with the next backup\.$/);
  expect(readdirSync(path.join(storageDir, 'app', 'log')).length).toBeGreaterThan(0);
  // What a person asks for is made all the same.
  await admin.administer('mutation { createBackup { running } }');
  await waitFor('a backup', async () => (await status()).provenThrough === 5);
});

test('a follower that is killed is started again, and nothing is lost', async () => {
  const { admin, storageDir } = server;
  const { id } = await admin.createUser('INVESTOR');
  const [killed = 0] = followers();
  process.kill(killed, 'SIGKILL');
  for (let i = 1; i <= 3; i++) await admin.deposit(id, '1.00');
  await waitFor('another follower', () => followers().some((pid) => pid !== killed));
  await allStored();
  const told = await waitFor('health', async () => {
    const now = await status();
    return now.healthy && now;
  });
  expect(told.problem).toBeNull();
  await waitFor('the following to go on', async () => {
    const entries = await readLog(path.join(storageDir, 'logs', 'backup.log'), 1_000);
    return entries.filter(({ message }) => message.startsWith('Follows the binary log')).length > 1;
  });
});
