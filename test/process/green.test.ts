import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Client } from '../support/client';
import { createTestDatabase } from '../support/database';
import { http } from '../support/http';
import { mayMount } from '../support/small-disk';
import { waitFor } from '../support/wait';
import { clearUp, newFolder, openSql, processesOf, run, Server } from './programs';

/** Enough for an embedded database and a few backups. */
const DISK = '400m';
/** A write that waits for space takes 30 s. */
const AT_ONCE_MS = 5_000;
const MIB = 2 ** 20;

const BUY = 'mutation { buyVehicle(input: { title: "A", cost: "100.00" }) { id } }';

const disks: string[] = [];

afterEach(async () => {
  await clearUp();
  for (const disk of disks.splice(0)) {
    execFileSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true });
  }
});

/** A small disk of its own, for a STORAGE_DIR. */
function smallDisk(): string {
  const disk = mkdtempSync(path.join(tmpdir(), 'motorpool-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK},mode=700`, 'tmpfs', disk]);
  disks.push(disk);
  return disk;
}

const filler = (storage: string): string => path.join(storage, 'filler');

function leaveFree(storage: string, bytes: number): void {
  rmSync(filler(storage), { force: true });
  const { bavail, bsize } = statfsSync(storage);
  writeFileSync(filler(storage), Buffer.alloc(bavail * bsize - bytes));
}

/** What each of the places says that tells whether all is well. */
async function verdicts(server: Server, folder: string, settings: Record<string, string> = {}) {
  const ready = await http(`${server.url}/readyz`);
  const metrics = (await http(`${server.url}/metrics`)).text;
  const status = await run(folder, 'cli/db-status', { settings });
  return {
    ready: ready.status === 200 ? null : (ready.body as { status: string }).status,
    metrics: /^motorpool_writable (\d)$/m.exec(metrics)?.[1],
    status: status.code === 0 ? null : status.stdout.replaceAll('\n', ' '),
  };
}

async function expectProblem(sentence: RegExp, ...of: Parameters<typeof verdicts>): Promise<void> {
  const { ready, metrics, status } = await verdicts(...of);
  expect(ready).toMatch(new RegExp(`^${sentence.source}$`));
  expect(status).toMatch(new RegExp(`^NOT healthy: ${sentence.source} `));
  expect(metrics).toBe('0');
}

async function expectGreen(...of: Parameters<typeof verdicts>): Promise<void> {
  await waitFor('health', async () => (await verdicts(...of)).status === null, 60_000);
  expect(await verdicts(...of)).toEqual({ ready: null, metrics: '1', status: null });
}

const refusalOf = async (client: Client): Promise<string> => {
  const began = performance.now();
  const refused = await client.refused(BUY);
  expect(performance.now() - began).toBeLessThan(AT_ONCE_MS);
  expect(refused.code).toBe('SERVICE_UNAVAILABLE');
  return refused.message;
};

const FULL =
  /The disk that holds the embedded database is full: \d+\.\d MiB are free, and 16 MiB must be; free some space there\./;

(mayMount ? test : test.skip)(
  'a full disk: no change waits for it, each place says so, all is well with space, and Ctrl-C ends everything',
  async () => {
    const folder = newFolder();
    const storage = smallDisk();
    const settings = { STORAGE_DIR: storage, BACKUP_VERIFY: 'checksum' };
    const server = await Server.start(folder, settings);
    const admin = await server.signIn();
    await admin.buy('100.00');
    const operator = await admin.createUser('OPERATOR');
    await expectGreen(server, folder, settings);

    leaveFree(storage, 15 * MIB);
    expect(await refusalOf(admin)).toMatch(new RegExp(`^${FULL.source} Nothing was changed\\.$`));
    expect(await refusalOf(operator)).toBe(
      'The server takes no changes at the moment: nothing was changed, and you may try again later.',
    );
    await expectProblem(FULL, server, folder, settings);
    await server.signIn();
    expect(await admin.request('{ vehicles(first: 9) { totalCount } }')).toEqual({ vehicles: { totalCount: 1 } });

    rmSync(filler(storage));
    await admin.buy('100.00');
    await expectGreen(server, folder, settings);

    leaveFree(storage, 0);
    const { code } = await server.end('SIGINT');
    expect(code).toBe(0);
    await waitFor('the end of all', () => processesOf(folder).length === 0);
    const again = await run(folder, 'main', { settings });
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toMatch(new RegExp(`(^|\n)${FULL.source}\n$`));
    expect(processesOf(folder)).toEqual([]);
  },
  180_000,
);

(mayMount ? test : test.skip)(
  'a STORAGE_DIR that cannot be written to is not ready',
  async () => {
    const folder = newFolder();
    const storage = smallDisk();
    const database = await createTestDatabase();
    const settings = { STORAGE_DIR: storage, DATABASE_URL: database.url, BACKUP_VERIFY: 'checksum' };
    const server = await Server.start(folder, settings);
    await expectGreen(server, folder, settings);
    const sentence =
      /No backup can be made, since this process may not write to the folder STORAGE_DIR\/app\/backups \(it is read-only\): give it the right to\./;
    execFileSync('mount', ['-o', 'remount,ro', storage]);
    await expectProblem(sentence, server, folder, settings);
    const again = await run(folder, 'main', { settings });
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toMatch(new RegExp(`^${sentence.source}\n$`, 'm'));
    execFileSync('mount', ['-o', 'remount,rw', storage]);
    await expectGreen(server, folder, settings);
    await server.end('SIGTERM');
    await database.drop();
  },
  120_000,
);

test('missing tables are named, with what brings them back, and no backup is blamed', async () => {
  const folder = newFolder();
  const settings = { BACKUP_VERIFY: 'checksum' };
  const server = await Server.start(folder, settings);
  await (await server.signIn()).buy('100.00');
  await expectGreen(server, folder, settings);
  const query = await openSql(folder);
  await query('USE motorpool');
  await query('SET foreign_key_checks = 0');
  await query('RENAME TABLE payments TO payments_away, sales TO sales_away');
  const sentence =
    /The database lacks the tables sales, payments: npm run db:restore -- --latest brings back what the backups hold\./;
  await expectProblem(sentence, server, folder, settings);
  await server.end('SIGTERM');
  const again = await run(folder, 'main', { settings });
  expect(again).toMatchObject({ code: 1, stdout: '' });
  expect(again.stderr).toMatch(new RegExp(`(^|\n)${sentence.source}\n$`));
}, 120_000);
