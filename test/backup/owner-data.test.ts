import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { dumpDatabase, type Dump } from '../../src/backup/dump/dump';
import { createWorkFile } from '../../src/backup/files/staging';
import { loadDump } from '../../src/backup/load/load-dump';
import { readServer } from '../../src/backup/server/server-version';
import { openSession } from '../../src/backup/server/session';
import { findProgram } from '../../src/database/host/programs';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { CLIENTS, FAMILY } from '../support/engine';
import { FakePrograms } from './fake-programs';
import { restoreWithStockClient } from './stock-client';
import { temporaryFolder } from './support';

const CASES = path.join(__dirname, '..', 'cases');

let folder: string;
let live: TestDatabase;
let empty: TestDatabase;
beforeEach(async () => {
  folder = temporaryFolder();
  live = await createTestDatabase();
  empty = await createTestDatabase();
});
afterEach(async () => {
  await live.drop();
  await empty.drop();
  rmSync(folder, { recursive: true });
});

/** As an owner would put tables of their own beside the pool's. */
async function put(sql: string): Promise<void> {
  const file = path.join(folder, 'owner.sql');
  // MySQL runs events by default: one that is due at once would run in the copy as well.
  writeFileSync(file, sql.replace('EVERY 1 DAY DO', "EVERY 1 DAY STARTS '2037-01-01' DO"));
  await restoreWithStockClient(live.address, live.address.database, file);
}

interface Made {
  file: string;
  dump: Dump;
  warnings: string[];
}

async function dumped(): Promise<Made> {
  const session = await openSession(live.address);
  const file = await createWorkFile(folder, 'tag');
  const warnings: string[] = [];
  try {
    const server = await readServer(session.query);
    const warn = (message: string): void => void warnings.push(message);
    const dump = await dumpDatabase({
      ...{ session, server, file, warn, workDirectory: folder, tag: 'tag', stallMs: 60_000 },
    });
    return { file: file.path, dump, warnings };
  } finally {
    session.close();
    await file.handle.close();
  }
}

async function loaded({ file, dump }: Made): Promise<void> {
  await loadDump({
    ...{ server: await readServer(live.query), address: empty.address, file, dump, initCommand: null },
    ...{ workDirectory: folder, tag: 'tag', stallMs: 60_000 },
  });
}

/** Every definition and row of that database, with history, in the stock dump program's words; without what it may say of the time. */
function contentOf({ address }: TestDatabase): string {
  const { user, password, socketPath, hosts, database } = address;
  const place =
    socketPath === undefined ? [`-h${hosts[0]?.host ?? ''}`, `-P${hosts[0]?.port ?? ''}`] : ['-S', socketPath];
  const history = FAMILY === 'mariadb' ? ['--dump-history'] : ['--set-gtid-purged=OFF', '--get-server-public-key'];
  const args = ['--no-defaults', `-u${user}`, ...place, '--routines', '--events', '--triggers', '--skip-comments'];
  const options = ['--order-by-primary', '--skip-extended-insert', '--hex-blob', '--max-allowed-packet=1G', ...history];
  const { stdout, stderr, status } = spawnSync(findProgram([CLIENTS.dump]) ?? '', [...args, ...options, database], {
    env: { ...process.env, ...(password === undefined ? {} : { MYSQL_PWD: password }) },
    maxBuffer: 2 ** 30,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

const ANYWHERE = ['06-view-with-function', '07-routines-events'];
// MySQL refuses such a foreign key (1215).
const OF_MARIADB = [
  '01-fk-on-base-of-stored-generated',
  '04-system-versioned',
  '05-sequence-default',
  '13-newline-name-with-key',
];

test.each(FAMILY === 'mariadb' ? [...ANYWHERE, ...OF_MARIADB] : ANYWHERE)(
  '%s comes back equal in definition and rows',
  async (name) => {
    await put(readFileSync(path.join(CASES, `${name}.sql`), 'utf8'));
    const made = await dumped();
    expect(made.warnings).toEqual([]);
    const before = contentOf(live);
    expect(before).toMatch(/CREATE/);
    await loaded(made);
    expect(contentOf(empty)).toBe(before);
  },
);

(FAMILY === 'mariadb' ? describe : describe.skip)('of system-versioned tables', () => {
  test('old rows keep their times', async () => {
    await put(readFileSync(path.join(CASES, '04-system-versioned.sql'), 'utf8'));
    await loaded(await dumped());
    const ask = "SELECT price FROM price_list FOR SYSTEM_TIME AS OF '2024-03-01 00:00:00' ORDER BY id";
    expect(await empty.query(ask)).toEqual([{ price: '100.00' }, { price: '200.00' }]);
    expect(await empty.query('SELECT id, price FROM price_list')).toEqual([{ id: 1, price: '150.00' }]);
  });

  test('a program that cannot dump the history says so, and the backup is made', async () => {
    await put(readFileSync(path.join(CASES, '04-system-versioned.sql'), 'utf8'));
    const programs = new FakePrograms();
    const dump = findProgram([CLIENTS.dump]) ?? '';
    programs.add(CLIENTS.dump, `case "$*" in *--help*) ${dump} "$@" | grep -v history ;; *) exec ${dump} "$@" ;; esac`);
    try {
      const made = await dumped();
      expect(made.warnings).toEqual([
        'The history of price_list is not in the backup: mariadb-dump can dump it from MariaDB 10.11 on.',
      ]);
      await loaded(made);
      expect(await empty.query('SELECT id FROM price_list FOR SYSTEM_TIME ALL')).toEqual([{ id: 1 }]);
    } finally {
      programs.remove();
    }
  });

  test('a history by transactions costs the history and a warning, and not the backup', async () => {
    await put(`CREATE TABLE v (id INT PRIMARY KEY, s BIGINT UNSIGNED GENERATED ALWAYS AS ROW START,
      e BIGINT UNSIGNED GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING;
      INSERT INTO v (id) VALUES (1);`);
    const made = await dumped();
    expect(made.warnings).toEqual([expect.stringMatching(/^The history of v is not in the backup: .* \(v\)\.$/)]);
    await loaded(made);
    expect(await empty.query('SELECT id FROM v')).toEqual([{ id: 1 }]);
  });
});

test('08-invalid-view costs a warning that names the view, and not the backup', async () => {
  await put(readFileSync(path.join(CASES, '08-invalid-view.sql'), 'utf8'));
  await put(
    'CREATE TABLE kept (id INT PRIMARY KEY); INSERT INTO kept VALUES (7); CREATE VIEW fine AS SELECT id FROM kept;',
  );
  const made = await dumped();
  expect(made.warnings).toEqual([
    expect.stringMatching(
      /^The view on_gone is not in the backup, because it is invalid \(.+\): repair it or drop it\.$/,
    ),
  ]);
  await loaded(made);
  expect(await empty.query('SELECT id FROM fine')).toEqual([{ id: 7 }]);
  expect(await empty.query("SHOW TABLES LIKE 'on_gone'")).toEqual([]);
});

test('20-large-rows: a row of 25 MiB comes back whole', async () => {
  const { stdout } = spawnSync('sh', [path.join(CASES, '20-large-rows.sh'), '25'], { encoding: 'utf8' });
  await put(stdout);
  const made = await dumped();
  await loaded(made);
  const ask = 'SELECT LENGTH(body) AS length, SHA2(body, 256) AS hash FROM files';
  expect(await empty.query(ask)).toEqual(await live.query(ask));
  expect(Number((await empty.query(ask))[0]?.length)).toBeGreaterThan(24 * 2 ** 20);
});

test('the literal stock client restores the very file', async () => {
  await put(readFileSync(path.join(CASES, '06-view-with-function.sql'), 'utf8'));
  const { file } = await dumped();
  expect(readFileSync(file, 'utf8')).toMatch(
    FAMILY === 'mariadb' ? /^\/\*M!999999\\- enable the sandbox mode \*\/ ?\n-- MariaDB dump / : /^-- MySQL dump /,
  );
  await restoreWithStockClient(empty.address, empty.address.database, file);
  expect(contentOf(empty)).toBe(contentOf(live));
});
