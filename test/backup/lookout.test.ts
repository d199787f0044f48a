import { rmSync } from 'node:fs';
import path from 'node:path';
import { startTestServer, type TestServer } from '../support/server';
import { allBackedUp } from '../support/traces';
import { waitFor } from '../support/wait';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

test('backups that somebody removed are made again, without another operation', async () => {
  const { admin } = server;
  const investor = await admin.createUser('INVESTOR');
  await admin.deposit(investor.id, '100.00');
  await allBackedUp(server);
  const backups = async (): Promise<string[]> => {
    const answer = await admin.administer<{ backups: { filename: string; lastOperation: number }[] }>(
      '{ backups { filename lastOperation } }',
    );
    return answer.backups.filter(({ lastOperation }) => lastOperation === 1).map(({ filename }) => filename);
  };
  const removed = await backups();
  for (const filename of removed) rmSync(path.join(server.backups, filename));
  await waitFor('another backup', async () => (await backups()).length === 1);
  expect(removed).not.toContain((await backups())[0]);
});
