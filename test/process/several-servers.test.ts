import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { Client } from '../support/client';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { ADMIN } from '../support/server';
import { type ServerProcess, startServerProcess } from '../support/server-process';
import { waitFor } from '../support/wait';

interface Listed {
  filename: string;
  host: string;
  path: string;
  lastOperation: number;
  current: boolean;
}

/** Two processes on one database, each with a disk of its own. */
describe('two servers on one database', () => {
  let database: TestDatabase;
  let servers: ServerProcess[] = [];
  let clients: [Client, Client];

  beforeAll(async () => {
    database = await createTestDatabase();
    const settings = { JWT_SECRET: 'a secret of more than 32 characters', LOG_LEVEL: 'warn' };
    servers = await Promise.all([0, 1].map(() => startServerProcess(database.url, settings)));
    const [one, two] = await Promise.all(servers.map(({ url }) => Client.signIn(url, ADMIN.email, ADMIN.password)));
    clients = [one as Client, two as Client];
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
    await database.drop();
  });

  const list = async (client: Client, everywhere: boolean): Promise<Listed[]> => {
    const { backups } = await client.administer<{ backups: Listed[] }>(
      'query ($everywhere: Boolean) { backups(everywhere: $everywhere) { filename host path lastOperation current } }',
      { everywhere },
    );
    return backups;
  };
  const has = (operation: number) => async (client: Client) =>
    (await list(client, false)).some(({ lastOperation }) => lastOperation === operation);

  test('cover each on its own disk what either commits, and number it as one', async () => {
    const [one, two] = clients;
    await one.buy('100.00');
    await Promise.all(clients.map((client) => waitFor('a backup of operation 1', () => has(1)(client))));
    await two.buy('100.00');
    await Promise.all(clients.map((client) => waitFor('a backup of operation 2', () => has(2)(client))));
    for (const client of clients) {
      const { backupStatus } = await client.administer<{ backupStatus: unknown }>(
        '{ backupStatus { healthy problem lastOperation coveredThrough } }',
      );
      expect(backupStatus).toEqual({ healthy: true, problem: null, lastOperation: 2, coveredThrough: 2 });
    }
  });

  test('say which of them holds which file', async () => {
    const pathsOf = (backups: Listed[]): string[] => backups.map(({ path }) => path).toSorted();
    for (const client of clients) {
      // A backup may just be made.
      const all = await waitFor('the reports of both', async () => {
        const own = await Promise.all(clients.map((each) => list(each, false)));
        const listed = await list(client, true);
        expect(new Set(pathsOf(own.flat())).size).toBe(own.flat().length);
        return JSON.stringify(pathsOf(listed)) === JSON.stringify(pathsOf(own.flat())) ? listed : null;
      });
      for (const backup of all) expect(backup).toMatchObject({ host: hostname(), current: true });
    }
  });

  test('keep to themselves what is no part of the pool', async () => {
    const tables = await database.query('SHOW TABLES');
    expect(JSON.stringify(tables)).toContain('motorpool_backups');
    const [newest] = await list(clients[0], false);
    expect(await readFile(newest?.path ?? '', 'utf8')).not.toContain('motorpool_backups');
  });
});
