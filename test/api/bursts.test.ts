import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listBackups, type Backup } from '../../src/backup/files/catalogue';
import { readLog } from '../../src/backup/core/log-reader';
import { Client } from '../support/client';
import { createTestDatabase } from '../support/database';
import { ADMIN, startTestServer } from '../support/server';
import { startServerProcess } from '../support/server-process';
import { allBackedUp } from '../support/traces';
import { waitFor } from '../support/wait';

/**
 * When each backup of a log began and ended, in milliseconds. A try that failed is none: MySQL tells a dump's place only in a
 * moment without writers, and gives up after 2 s of a burst on a busy machine.
 */
async function runsIn(storageDir: string): Promise<{ from: number; to: number }[]> {
  const entries = await readLog(path.join(storageDir, 'logs', 'backup.log'), 10_000);
  const times = (beginning: string): number[] =>
    entries.filter(({ message }) => message.startsWith(beginning)).map(({ at }) => at.getTime());
  const ends = times('Published ');
  const begins = times('Backup begins');
  const runs = ends.map((to) => ({ from: Math.max(...begins.filter((begin) => begin <= to)), to }));
  expect(new Set(runs.map(({ from }) => from)).size).toBe(runs.length);
  return runs;
}

function expectOneAtATime(runs: { from: number; to: number }[]): void {
  const ordered = runs.toSorted((a, b) => a.from - b.from);
  for (const [i, { from }] of ordered.entries()) expect(from).toBeGreaterThanOrEqual(ordered[i - 1]?.to ?? 0);
}

const covers = (backups: Backup[]): number[] => backups.map(({ lastOperation }) => lastOperation.number).reverse();

test('a hundred operations at once are all covered, by a few backups that each bring more', async () => {
  const server = await startTestServer({ BACKUP_KEEP: '100' });
  try {
    const { id } = await server.admin.createUser('INVESTOR');
    await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        i % 2 === 0 ? server.admin.buy('10.00') : server.admin.deposit(id, '1.00'),
      ),
    );
    await allBackedUp(server);
    const covered = covers(await listBackups(server.backups));
    expect(covered.at(-1)).toBe(100);
    expect(covered).toEqual([...new Set(covered)].sort((a, b) => a - b));
    // As many as fit one after the other into the time that the operations took, and one more.
    expect(covered.length).toBeLessThanOrEqual(20);
    const runs = await runsIn(server.storageDir);
    expect(runs).toHaveLength(covered.length);
    expectOneAtATime(runs);
  } finally {
    await server.close();
  }
});

test('two servers on one database never back it up at the same time, and each covers what it committed', async () => {
  const database = await createTestDatabase();
  const folders = [1, 2].map(() => mkdtempSync(path.join(tmpdir(), 'motorpool-burst-')));
  const servers = [];
  try {
    for (const folder of folders) {
      servers.push(await startServerProcess(database.url, { STORAGE_DIR: folder, BACKUP_KEEP: '100' }));
    }
    const clients = await Promise.all(servers.map(({ url }) => Client.signIn(url, ADMIN.email, ADMIN.password)));
    const last = [0, 0];
    await Promise.all(
      clients.flatMap((client, server) =>
        Array.from({ length: 20 }, async () => {
          const vehicle = await client.buy('10.00');
          const [row] = await database.query('SELECT number FROM operations WHERE vehicleId = ?', [vehicle]);
          last[server] = Math.max(last[server] ?? 0, Number(row?.number));
        }),
      ),
    );
    for (const [server, folder] of folders.entries()) {
      await waitFor('the backups of one server', async () => {
        const covered = covers(await listBackups(path.join(folder, 'app', 'backups')));
        return (covered.at(-1) ?? 0) >= (last[server] ?? 0);
      });
    }
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    const runs = (await Promise.all(folders.map(runsIn))).flat();
    expect(runs.length).toBeGreaterThan(1);
    expectOneAtATime(runs);
  } finally {
    for (const server of servers) await server.stop();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    await database.drop();
  }
});
