import 'reflect-metadata';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { randomBytes, randomUUID } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { proveNewest } from '../../src/backup/run/prove-newest';
import { runBackup } from '../../src/backup/run/run-backup';
import { settleInterrupted } from '../../src/cli/settle-interrupted';
import { backupSettings, type BackupSettings } from '../../src/backup/core/settings';
import type { DatabaseAddress } from '../../src/database/connection/address';
import { connectionOptions } from '../../src/database/connection/connection-options';
import { createDataSource } from '../../src/database/data-source';
import { findProgram } from '../../src/database/host/programs';
import { CLIENTS } from '../support/engine';
import { startChild } from './child';
import { allProcesses } from '../support/processes';
import { startPrivateServer, type PrivateServer } from './private-server';
import {
  createLedgerTables,
  operate,
  rejection,
  temporaryFolder,
  testLedger,
  waitFor,
  type TestDatabase,
} from './support';

const SECRET = `${randomBytes(9).toString('hex')} #"'\\;$(x)`;
/** What would stand in a list of arguments, however it was quoted. */
const TRACE = SECRET.slice(0, 18);

let server: PrivateServer;
let settings: BackupSettings;
let storageDir: string;
beforeAll(async () => {
  server = await startPrivateServer('keeper', SECRET);
});
afterAll(() => server.stop());
beforeEach(() => {
  storageDir = temporaryFolder();
  settings = backupSettings(storageDir, { keep: 10, verify: 'restore' });
});
afterEach(() => {
  rmSync(storageDir, { recursive: true });
});

const addressOf = (change: Partial<DatabaseAddress> = {}): DatabaseAddress => ({
  user: 'keeper',
  password: SECRET,
  database: 'pool',
  hosts: [{ host: '127.0.0.1', port: server.port }],
  ...change,
});

async function withDatabase(
  name: string,
  work: (database: Pick<TestDatabase, 'query'>) => Promise<void>,
): Promise<void> {
  const { database: _, ...options } = connectionOptions(addressOf());
  const connection = await createConnection(options);
  const quoted = `\`${name.replaceAll('`', '``')}\``;
  await connection.query(`CREATE DATABASE ${quoted} CHARACTER SET utf8mb4`);
  await connection.query(`USE ${quoted}`);
  try {
    const database = {
      query: async (sql: string, parameters: readonly unknown[] = []) => {
        const [rows] = await connection.query(sql, [...parameters]);
        return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
      },
    };
    await createLedgerTables(database);
    await operate(database);
    await work(database);
  } finally {
    await connection.query(`DROP DATABASE ${quoted}`);
    await connection.end();
  }
}

/** Programs of the clients' names that tell their arguments and environment, and then become the real ones. */
function tellingPrograms(folder: string): string {
  const programs = path.join(folder, 'programs');
  mkdirSync(programs);
  for (const name of [CLIENTS.dump, CLIENTS.restore]) {
    const file = path.join(programs, name);
    const tell = `cat /proc/$$/cmdline /proc/$$/environ | tr '\\0' ' ' >> '${path.join(folder, 'told')}'`;
    writeFileSync(file, `#!/bin/bash\n${tell}\nexec ${findProgram([name]) ?? name} "$@"\n`, { mode: 0o755 });
  }
  return programs;
}

const asked = { trigger: 'OPERATION', force: false } as const;

test('no password stands in the arguments or the environment of any process, in a file or in the log', async () => {
  await withDatabase('pool', async ({ query }) => {
    // Rows enough for the client programs to be seen at work.
    const numbers = Array.from({ length: 19_999 }, (_, i) => i + 2);
    await query('INSERT INTO operations VALUES ?', [numbers.map((number) => [number, randomUUID()])]);
    await query(
      "INSERT INTO payload (operation, text) SELECT number, REPEAT('x', 150) FROM operations WHERE number > 1",
    );
    // The dump waits at this table until it was seen, however fast it is.
    await query('LOCK TABLES payload WRITE');
    const { PATH } = process.env;
    const dependencies = { settings, address: addressOf() };
    process.env.PATH = `${tellingPrograms(storageDir)}:${PATH ?? ''}`;
    const child = startChild({ dependencies, request: asked });
    let isDone = false;
    const proof = child.ended
      .then(() => startChild({ dependencies, request: asked, prove: true }).ended)
      .finally(() => {
        process.env.PATH = PATH;
        isDone = true;
      });
    const seen = new Set<string>();
    let unlocked: Promise<unknown> | undefined;
    await waitFor('the end of the backup and of its proof', () => {
      for (const each of allProcesses()) {
        expect(each.command).not.toContain(TRACE);
        expect(each.environment).not.toContain(TRACE);
        if (each.command.includes('/dev/fd/3')) seen.add(each.command.includes(CLIENTS.dump) ? 'dump' : 'restore');
      }
      if (seen.has('dump')) unlocked ??= query('UNLOCK TABLES');
      return isDone;
    });
    await unlocked;
    expect([...seen].sort()).toEqual(['dump', 'restore']);
    const output = await child.ended;
    expect(output).toContain('"problem":null');
    expect(await proof).toContain('recorded');
    expect(`${output}${await proof}`).not.toContain(TRACE);
    // What the programs saw in their first moment: some blank their arguments before anybody else can look.
    const told = readFileSync(path.join(storageDir, 'told'), 'utf8');
    expect(told).toContain(`${CLIENTS.dump} --defaults-file=/dev/fd/3`);
    expect(told).toContain(`${CLIENTS.restore} --defaults-file=/dev/fd/3`);
    expect(told).not.toContain(TRACE);
    expect(told).not.toContain('HOME=');
    expect(readFileSync(settings.logFile, 'utf8')).not.toContain(TRACE);
    const [name = ''] = /db_backup-[^"]+\.sql/.exec(output) ?? [];
    expect(readFileSync(`${settings.directory}/${name}`, 'utf8')).not.toContain(TRACE);
  });
});

test.each([
  'name with spaces',
  "quote's",
  'back`tick',
  '-dash',
  'ünï',
  'semi;colon$(x)',
  '%s',
  'what?',
  'Ä'.repeat(40),
  'a.b',
])('a database named %j is backed up', async (name) => {
  await withDatabase(name, async () => {
    const dependencies = { settings, address: addressOf({ database: name }), ledger: testLedger, settleInterrupted };
    expect((await runBackup(dependencies, asked)).published[0]).toMatchObject({ database: name });
    expect((await proveNewest(dependencies)).judged[0]).toMatchObject({ state: 'PROVEN' });
  });
});

test.each<[string, NonNullable<DatabaseAddress['tls']>]>([
  ['any certificate', { verify: false }],
  ['a certificate of that authority', { verify: true, ca: 'ours' }],
])('over TLS with %s', async (_, tls) => {
  await withDatabase('pool', async () => {
    const address = addressOf({
      user: 'ciphered',
      hosts: [{ host: 'localhost', port: server.port }],
      tls: tls.ca === undefined ? tls : { ...tls, ca: server.ca },
    });
    const { published } = await runBackup({ settings, address, ledger: testLedger, settleInterrupted }, asked);
    expect(published).toHaveLength(1);
    // The server process signs in likewise.
    const dataSource = await createDataSource(address).initialize();
    const [row] = await dataSource.query<{ Value: string }[]>(`SHOW STATUS LIKE 'Ssl_cipher'`);
    await dataSource.destroy();
    expect(row?.Value).not.toBe('');
  });
});

test('a certificate of nobody we trust is refused before the password is told', async () => {
  const address = addressOf({ hosts: [{ host: 'localhost', port: server.port }], tls: { verify: true } });
  const { message } = await rejection(runBackup({ settings, address, ledger: testLedger, settleInterrupted }, asked));
  expect(message).toMatch(/cannot be reached \(.*self.signed certificate.*\)\.$/);
});

test('a wrong password is an error in words that does not tell it', async () => {
  const address = addressOf({ password: `${SECRET}x` });
  const { message } = await rejection(runBackup({ settings, address, ledger: testLedger, settleInterrupted }, asked));
  expect(message).toMatch(/refuses the backup's connection: Access denied for user 'keeper'@.*\.$/);
  expect(message).not.toContain(TRACE);
});

test('the first host that answers is asked, for the operations and for the dump alike', async () => {
  await withDatabase('pool', async () => {
    const hosts = [
      { host: '127.0.0.1', port: 1 },
      { host: '127.0.0.1', port: server.port },
    ];
    const { published } = await runBackup(
      { settings, address: addressOf({ hosts }), ledger: testLedger, settleInterrupted },
      asked,
    );
    expect(published).toHaveLength(1);
    expect(existsSync(settings.directory)).toBe(true);
  });
});
