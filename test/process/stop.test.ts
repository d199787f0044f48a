import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { describeIf } from '../support/debian-package';
import { setTimeout as pause } from 'node:timers/promises';
import { bearer } from '../support/http';
import { program } from '../support/programs';
import { waitFor } from '../support/wait';
import {
  backupLog,
  backupsIn,
  clearUp,
  databaseOf,
  databasesOf,
  holdBackups,
  newFolder,
  openSql,
  processesOf,
  Server,
  waitingBackup,
} from './programs';

afterEach(clearUp);

test('SIGTERM hands a running backup over, which keeps the database up and covers what committed meanwhile', async () => {
  const folder = newFolder();
  const server = await Server.start(folder);
  const admin = await server.signIn();
  const letGo = await holdBackups(folder);
  await admin.buy('1000.00');
  const worker = await waitingBackup(folder);
  await admin.buy('2000.00');
  const database = databaseOf(folder);

  const begun = performance.now();
  expect((await server.end('SIGTERM')).code).toBe(0);
  expect(performance.now() - begun).toBeLessThan(PROMPT_MS);
  expect(server.stdout).toMatch(
    /^Stopping: .*; a running backup is handed over and continues by itself\. .*\nStopped\.$/m,
  );
  expect(processesOf(folder).map(({ pid }) => pid)).toEqual(expect.arrayContaining([worker.pid, database]));
  expect(backupsIn(folder)).toEqual([]);

  await letGo();
  await waitFor('the end of the backup processes and their database', () => processesOf(folder).length === 0);
  expect(lastOperationIn(folder)).toBe(2);
  expect(backupLog(folder)).not.toMatch(/ (WARN|ERROR) /);
});

/** The number of the last operation in the newest backup. */
function lastOperationIn(folder: string): number {
  const file = path.join(folder, 'storage', 'app', 'backups', backupsIn(folder).at(-1) ?? '');
  return Number(/"lastOperation":\{"number":(\d+),/.exec(readFileSync(file, 'utf8'))?.[1]);
}

const canBeContained = spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0;

describeIf(
  canBeContained,
  'unshare, and the right to use it (run as root)',
  'as the first process of a container',
  () => {
    test('a server that stops waits for its backup, and answers /healthz meanwhile', async () => {
      const folder = newFolder();
      const command = ['unshare', '--pid', '--fork', '--mount-proc', process.execPath, program('main')];
      const server = await Server.start(folder, {}, command);
      const admin = await server.signIn();
      const letGo = await holdBackups(folder);
      await admin.buy('1000.00');
      await waitingBackup(folder);

      const [main] = processesOf(folder).filter(({ parent }) => parent === server.pid);
      process.kill(main?.pid ?? 0, 'SIGTERM');
      await server.said(
        /^Stopping: .* finished first, since the container ends all its processes with this one\. .*$/m,
      );
      const statusOf = async (route: string): Promise<number> => (await fetch(`${server.url}${route}`)).status;
      await waitFor('the refusal of requests', async () => (await statusOf('/readyz')) === 503);
      expect(await statusOf('/healthz')).toBe(200);
      const refused = await fetch(`${server.url}/graphql?query={__typename}`);
      expect({ status: refused.status, body: await refused.json() }).toMatchObject({
        status: 503,
        body: { errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] },
      });
      expect(backupsIn(folder)).toEqual([]);
      await letGo();
      expect((await server.ended).code).toBe(0);
      expect(lastOperationIn(folder)).toBe(1);
      expect(processesOf(folder)).toEqual([]);
    });
  },
);

const PROMPT_MS = 10_000;

describe('connections of clients', () => {
  /** Keeps the purchases of a folder's pool waiting in the midst of their transaction. */
  const holdPurchases = async (query: Awaited<ReturnType<typeof openSql>>) => {
    await query('BEGIN');
    await query('SELECT * FROM pool WHERE id = 1 FOR UPDATE');
    return {
      /** Until one does. */
      wait: () =>
        waitFor('the purchase to be under way', async () => {
          const waiting = await query(`SELECT 1 FROM information_schema.processlist WHERE info LIKE 'UPDATE pool%'`);
          return (waiting as unknown[]).length > 0;
        }),
      letGo: () => query('ROLLBACK'),
    };
  };

  // Failing until the server ends connections that carry no request: browsers open some in advance.
  test('that carry no request do not keep a server from stopping', async () => {
    const folder = newFolder();
    const server = await Server.start(folder);
    const { port } = new URL(server.url);
    const silent = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    await once(silent, 'connect');
    await fetch(`${server.url}/healthz`);
    let hasEnded = false;
    void server.end('SIGTERM').then(() => (hasEnded = true));
    await waitFor('the end of the server', () => hasEnded, PROMPT_MS);
  });

  test('that wait for an answer are left by a second signal, after it was said what is left', async () => {
    const folder = newFolder();
    const server = await Server.start(folder);
    const admin = await server.signIn();
    const query = await openSql(folder);
    const purchases = await holdPurchases(query);
    const bought = admin.buy('1000.00').catch(() => undefined);
    await purchases.wait();

    const ended = server.end('SIGINT');
    await server.said(/^Stopping: .* Press Ctrl-C once more to stop at once\.$/m);
    // npm passes the same Ctrl-C on, which must not count as the second one.
    server.child.kill('SIGINT');
    await pause(1_500);
    expect(server.child.exitCode).toBeNull();
    server.child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 1 });
    expect(server.stdout).toMatch(
      /^Stopped at once\. Requests that were running got no answer; .* The embedded database/m,
    );
    await bought;
    await purchases.letGo();
  });

  // Failing until the server ends a connection once the request on it was answered.
  test('are answered what they asked before the stop, and ended then', async () => {
    const folder = newFolder();
    const server = await Server.start(folder);
    const admin = await server.signIn();
    const query = await openSql(folder);
    const purchases = await holdPurchases(query);
    const bought = admin.buy('1000.00');
    await purchases.wait();
    let hasEnded = false;
    void server.end('SIGTERM').then(() => (hasEnded = true));
    await server.said(/^Stopping: .*$/m);
    await purchases.letGo();
    expect(await bought).toBe('1');
    await waitFor('the end of the server', () => hasEnded, PROMPT_MS);
    await waitFor('the backup', () => backupsIn(folder).length === 1);
  });

  test('that leave before the answer do not take the operation along, nor its backup', async () => {
    const folder = newFolder();
    const server = await Server.start(folder);
    const { token } = await server.signIn();
    const query = await openSql(folder);
    const purchases = await holdPurchases(query);
    const client = new AbortController();
    const left = fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(token) },
      body: JSON.stringify({ query: 'mutation { buyVehicle(input: { title: "Volvo V60", cost: 1 }) { id } }' }),
      signal: client.signal,
    }).catch(() => undefined);
    await purchases.wait();
    client.abort();
    await left;
    const ended = server.end('SIGTERM');
    await server.said(/^Stopping: .*$/m);
    await waitFor('the port to be free', () =>
      fetch(server.url).then(
        () => false,
        () => true,
      ),
    );
    await purchases.letGo();
    const { code, stderr } = await ended;
    expect(code).toBe(0);
    await waitFor('the backup', () => backupsIn(folder).length === 1);
    expect(stderr).toContain('"msg":"buyVehicle: done"');
    expect(stderr).not.toContain('unexpectedly');
  });
});

test.each([
  ['SIGINT', 'SIGINT'],
  ['SIGHUP', 'SIGTERM'],
] as const)('%s and then %s while it stops are harmless', async (first, second) => {
  const folder = newFolder();
  const server = await Server.start(folder);
  const admin = await server.signIn();
  const letGo = await holdBackups(folder);
  await admin.buy('1000.00');
  await waitingBackup(folder);

  server.child.kill(first);
  await server.said(/^Stopping: .*$/m);
  server.child.kill(second);
  await letGo();
  expect(await server.ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/\nStopped\.\n$/) as string });
  await waitFor('the end of the backup', () => processesOf(folder).length === 0);
  expect(backupsIn(folder)).toHaveLength(1);
});

test('a backup outlives a server that is killed, and the last to leave ends the database', async () => {
  const folder = newFolder();
  const server = await Server.start(folder);
  const admin = await server.signIn();
  const letGo = await holdBackups(folder);
  await admin.buy('1000.00');
  const worker = await waitingBackup(folder);
  await server.end('SIGKILL');
  expect(processesOf(folder).map(({ pid }) => pid)).toContain(worker.pid);

  await letGo();
  await waitFor('the end of the backup process and its database', () => processesOf(folder).length === 0);
  const [backup = ''] = backupsIn(folder);
  expect(readFileSync(path.join(folder, 'storage', 'app', 'backups', backup), 'utf8')).toMatch(
    /"lastOperation":\{"number":1,/,
  );
  expect(backupLog(folder)).not.toMatch(/ (WARN|ERROR) /);
});

test('the successor of a server that was killed finds the database and backs up what is pending', async () => {
  const folder = newFolder();
  const server = await Server.start(folder);
  const admin = await server.signIn();
  const letGo = await holdBackups(folder);
  await admin.buy('1000.00');
  await admin.buy('2000.00');
  const worker = await waitingBackup(folder);
  await server.end('SIGKILL');
  process.kill(worker.pid, 'SIGKILL');
  await waitFor('the end of the backup process', () => !processesOf(folder).some(({ pid }) => pid === worker.pid));
  const database = databaseOf(folder);
  expect(database).toBeDefined();
  await letGo();

  const successor = await Server.start(folder);
  expect(databaseOf(folder)).toBe(database);
  const [backup = ''] = await waitFor('a backup', () => backupsIn(folder).length > 0 && backupsIn(folder));
  const { latestBackup } = await (
    await successor.signIn()
  ).administer<{ latestBackup: unknown }>('{ latestBackup { filename trigger lastOperation current } }');
  expect(latestBackup).toEqual({ filename: backup, trigger: 'RECOVERY', lastOperation: 2, current: true });
  expect((await successor.end('SIGTERM')).code).toBe(0);
  // A proof of the server that was killed may go on for a moment.
  await waitFor('the end of all', () => processesOf(folder).length === 0);

  // Everything is covered: the next start asks for none.
  const third = await Server.start(folder);
  await third.end('SIGTERM');
  expect(backupsIn(folder)).toEqual([backup]);
});

test('two servers share one folder, and the last to stop ends the database', async () => {
  const folder = newFolder();
  const settings = { ADMIN_PASSWORD: '' };
  const [one, other] = await Promise.all([Server.start(folder, settings), Server.start(folder, settings)]);
  const told = [one, other].filter(({ stdout }) => stdout.includes('The first administrator is'));
  expect(told).toHaveLength(1);
  expect(databasesOf(folder)).toHaveLength(1);

  await one.end('SIGTERM');
  expect((await fetch(`${other.url}/readyz`)).status).toBe(200);
  await other.end('SIGTERM');
  expect(processesOf(folder)).toEqual([]);
});
