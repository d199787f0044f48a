import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { leftUnproven, ProofImpossible } from '../../src/backup/prove/prove-backup';
import { runBackup } from '../../src/backup/run/run-backup';
import { parseServerUrl } from '../../src/database/connection/url';
import type { DatabaseAddress } from '../../src/database/connection/address';
import { startPrivateDatabaseServer, type PrivateDatabaseServer } from '../support/private-database-server';
import { createTestDatabase } from '../support/database';
import { FAMILY } from '../support/engine';
import { startScript } from '../support/child';
import { FakePrograms } from './fake-programs';
import {
  appendToFile,
  isAlive,
  openProofBench,
  residentMib,
  serverPid,
  whenChecked,
  type ProofBench,
} from './proof-bench';
import { operate, operateInBulk, rejection, scratchDatabases, waitFor } from './support';

let pool: ProofBench;
beforeEach(async () => {
  pool = await openProofBench();
});
afterEach(async () => {
  expect(pool.left()).toEqual([]);
  await pool.bench.close();
});

test('a sound backup is PROVEN on a private server, of which nothing is left', async () => {
  const mark = await operate(pool.bench.database);
  const backup = await pool.backUp();
  const pids: (number | null)[] = [];
  const ledger = whenChecked(async (query) => {
    pids.push(serverPid(pool.folder));
    const [row] = await query('SELECT DATABASE() AS name, @@event_scheduler AS events, @@skip_networking AS unseen');
    expect(row).toEqual({ name: backup.database, events: 'OFF', unseen: '1' });
    const rows = await query('SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA');
    expect(rows.map(({ name }) => name)).not.toContain('test');
    await expect(query('INSERT INTO mysql.global_priv VALUES ()')).rejects.toThrow(/denied/);
    await expect(query('SELECT 1 INTO OUTFILE ?', [path.join(pool.folder, 'x')])).rejects.toThrow(/denied/);
    await expect(query('SET GLOBAL event_scheduler = ON')).rejects.toThrow(/denied/);
  });
  expect(await pool.prove(backup, { ledger })).toMatchObject({
    state: 'PROVEN',
    problem: null,
    findings: [],
    lastOperation: mark,
    schemaVersion: 'test-1',
    place: 'PRIVATE_SERVER',
  });
  expect(pids).toEqual([expect.any(Number)]);
  expect(isAlive(pids[0] ?? 0)).toBe(false);
  expect(await scratchDatabases(pool.bench.database)).toEqual([]);
});

// A MySQL server without anything in it takes 160 MiB.
const MOST_MIB = FAMILY === 'mariadb' ? 90 : 240;

test(`a private server takes at most ${MOST_MIB} MiB`, async () => {
  await operateInBulk(pool.bench.database, 20_000);
  let mib = 0;
  const ledger = whenChecked(async (query) => {
    await query('SELECT text, COUNT(*) FROM payload GROUP BY text, data ORDER BY data');
    mib = residentMib(serverPid(pool.folder) ?? 0);
  });
  expect(await pool.prove(await pool.backUp(), { ledger })).toMatchObject({ state: 'PROVEN' });
  expect(mib).toBeGreaterThan(10);
  expect(mib).toBeLessThanOrEqual(MOST_MIB);
});

describe('what owners keep beside the pool', () => {
  type Case = [name: string, ...args: string[]];
  const ofMariaDb: Case[] = [
    ['01-fk-on-base-of-stored-generated.sql'],
    ['04-system-versioned.sql'],
    ['05-sequence-default.sql'],
    ['08-invalid-view.sql'],
    ['13-newline-name-with-key.sql'],
    ['20-large-rows.sh', '25'],
    ['28-many-tables.sh', '60', '20'],
  ];
  test.each<Case>([['07-routines-events.sql'], ...(FAMILY === 'mariadb' ? ofMariaDb : [])])(
    '%s is PROVEN',
    async (...args) => {
      await operate(pool.bench.database);
      await pool.load(...args);
      expect(await pool.prove(await pool.backUp())).toMatchObject({ state: 'PROVEN', problem: null });
    },
  );

  (FAMILY === 'mariadb' ? test : test.skip)(
    'a table in a folder of its own is PROVEN again and again, and the live one stays as it is',
    async () => {
      const { query, address } = pool.bench.database;
      const folder = '/tmp/motorpool-elsewhere';
      mkdirSync(folder, { recursive: true });
      try {
        await operate(pool.bench.database);
        await pool.load('34-data-directory.sql');
        const file = path.join(folder, address.database, 'elsewhere.ibd');
        expect(existsSync(file)).toBe(true);
        const backup = await pool.backUp();
        for (let i = 0; i < 2; i++) {
          expect(await pool.prove(backup)).toMatchObject({ state: 'PROVEN', problem: null });
          await query('FLUSH TABLES elsewhere');
          expect(await query('SELECT * FROM elsewhere')).toEqual([{ id: 1, v: 1 }]);
          expect(readdirSync(path.dirname(file))).toEqual(['elsewhere.ibd']);
        }
        await query('DROP TABLE elsewhere');
        // Where the live one is gone, the copy would leave its own there.
        expect(await pool.prove(backup)).toMatchObject({ state: 'PROVEN', problem: null });
        expect(existsSync(file)).toBe(false);
      } finally {
        await query('DROP TABLE IF EXISTS elsewhere');
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );

  test('definitions of accounts that are nowhere any more are PROVEN', async () => {
    await operate(pool.bench.database);
    await pool.load('06-view-with-function.sql');
    const { query } = pool.bench.database;
    await query('CREATE DEFINER = gone@nowhere VIEW of_gone AS SELECT id FROM things');
    await query(
      'CREATE DEFINER = gone@nowhere TRIGGER by_gone BEFORE INSERT ON things FOR EACH ROW SET NEW.id = NEW.id',
    );
    await query('CREATE DEFINER = gone@nowhere EVENT at_night ON SCHEDULE EVERY 1 DAY DO DELETE FROM things');
    expect(await pool.prove(await pool.backUp())).toMatchObject({ state: 'PROVEN', problem: null });
  });

  test.each(['17-events-run-in-scratch.sql', '29-event-changes-restored-copy.sql'])(
    'the event of %s never runs in the copy',
    async (name) => {
      await operate(pool.bench.database);
      await pool.load(name);
      await pool.bench.database.query(`ALTER EVENT ${name.startsWith('17') ? 'send_mail' : 'purge_log'} ENABLE`);
      const table = name.startsWith('17') ? 'mail_queue' : 'sessions_log';
      const count = `SELECT COUNT(*) AS number FROM ${table}`;
      const ledger = whenChecked(async (query) => {
        const [before] = await query(count);
        await new Promise((resolve) => setTimeout(resolve, 2_500));
        expect(await query(count)).toEqual([before]);
      });
      expect(await pool.prove(await pool.backUp(), { ledger })).toMatchObject({ state: 'PROVEN' });
    },
  );

  test('large keys are PROVEN whatever limits the live server has', async () => {
    await operate(pool.bench.database);
    await pool.bench.database.query(
      'CREATE TABLE wide_keys (id INT PRIMARY KEY, a VARCHAR(120), b VARCHAR(120), KEY a (a), KEY b (b), KEY ab (a, b), ' +
        'FULLTEXT KEY ft (b))',
    );
    const random = (bytes: number): string => randomBytes(bytes).toString('hex');
    const rows = Array.from({ length: 20_000 }, (_, id) => [id, random(32), `some words ${random(16)} ${id}`]);
    await pool.bench.database.query('INSERT INTO wide_keys VALUES ?', [rows]);
    const backup = await pool.backUp();
    expect(await pool.prove(backup)).toMatchObject({ state: 'PROVEN' });
  });

  test('a view of another database does not restore on an empty server, and makes the file DAMAGED', async () => {
    await operate(pool.bench.database);
    const other = await createTestDatabase();
    await other.query('CREATE TABLE elsewhere (id INT)');
    await pool.bench.database.query(`CREATE VIEW borrowed AS SELECT id FROM ${other.address.database}.elsewhere`);
    const verdict = await pool.prove(await pool.backUp());
    await other.drop();
    expect(verdict.state).toBe('DAMAGED');
    expect(verdict.problem).toMatch(/^The file does not restore: \w+ reports an error: .*(elsewhere|Unknown database)/);
  });
});

test.each([
  ['a file', (file: string) => `SELECT 1 INTO OUTFILE '${file}'`],
  ['a log', (file: string) => `SET GLOBAL general_log_file = '${file}'; SET GLOBAL general_log = ON`],
])('a procedure in the name of a powerful account of the proof server writes %s nowhere', async (_what, body) => {
  await operate(pool.bench.database);
  const file = path.join(pool.folder, '..', 'written');
  const accounts = FAMILY === 'mariadb' ? ['root'] : ['root', 'mysql.session'];
  for (const account of accounts) {
    const procedure = `CREATE DEFINER=\`${account}\`@\`localhost\` PROCEDURE attack() BEGIN ${body(file)}; END`;
    const backup = appendToFile(await pool.backUp(), `DELIMITER ;;\n${procedure};;\nDELIMITER ;\nCALL attack();`);
    const failure = await rejection(pool.prove(backup));
    expect(failure.message).toMatch(/denied/);
    expect(existsSync(file)).toBe(false);
  }
});

test('a broken rule makes it UNSOUND, and is named', async () => {
  await operate(pool.bench.database);
  const mark = await operate(pool.bench.database);
  await pool.bench.database.query('DELETE FROM payload WHERE operation = 1');
  expect(await pool.prove(await pool.backUp())).toMatchObject({
    state: 'UNSOUND',
    findings: ['operation 1 has not exactly one payload'],
    problem: 'The ledger in the backup is not sound: operation 1 has not exactly one payload.',
    lastOperation: mark,
    schemaVersion: 'test-1',
  });
});

test('a ledger that cannot be checked for its own data is UNSOUND', async () => {
  const mark = await operate(pool.bench.database);
  await pool.bench.database.query('ALTER TABLE payload RENAME COLUMN operation TO renamed');
  const verdict = await pool.prove(await pool.backUp());
  expect(verdict).toMatchObject({ state: 'UNSOUND', lastOperation: mark });
  expect(verdict.problem).toMatch(/^The ledger in the backup is not sound: it cannot be checked \(.*operation.*\)\.$/);
});

test('a backup without the operation that it names is UNSOUND', async () => {
  await operate(pool.bench.database);
  const backup = await pool.backUp();
  const lastOperation = { number: 2, uid: '00000000-0000-4000-8000-000000000002' };
  expect(await pool.prove({ ...backup, lastOperation })).toMatchObject({
    state: 'UNSOUND',
    findings: ['operation 2 is missing'],
    lastOperation: backup.lastOperation,
  });
});

test('a flipped byte makes it DAMAGED', async () => {
  await operate(pool.bench.database);
  const backup = await pool.backUp();
  const content = readFileSync(backup.path);
  const at = content.indexOf("it\\'s");
  const fd = openSync(backup.path, 'r+');
  writeSync(fd, Buffer.from([(content[at] ?? 0) ^ 1]), 0, 1, at);
  closeSync(fd);
  const verdict = await pool.prove(backup);
  expect(verdict).toMatchObject({ state: 'DAMAGED', place: null, findings: [], lastOperation: backup.lastOperation });
  expect(verdict.problem).toMatch(/ is damaged: its content does not match the SHA-256 that it was written with\.$/);
  writeFileSync(backup.path, content.subarray(0, -20));
  expect((await pool.prove(backup)).problem).toMatch(/ is no complete backup: its last lines are cut/);
});

describe('no verdict', () => {
  test('where the proof server is killed while it is asked', async () => {
    await operate(pool.bench.database);
    const ledger = whenChecked(() => {
      process.kill(serverPid(pool.folder) ?? 0, 'SIGKILL');
      return Promise.resolve();
    });
    const failure = await rejection(pool.prove(await pool.backUp(), { ledger }));
    expect(failure).toBeInstanceOf(ProofImpossible);
    expect(failure.message).toBe('The private proof server does not run: it was ended by SIGKILL.');
  });

  test('where the proof server is killed while the file is restored', async () => {
    await operateInBulk(pool.bench.database, 20_000);
    const backup = await pool.backUp();
    const proof = rejection(pool.prove(backup));
    await waitFor('the table in the copy', () => {
      const [run] = pool.left();
      try {
        return readdirSync(path.join(pool.folder, run ?? '', 'data', backup.database)).includes('payload.ibd');
      } catch {
        return false;
      }
    });
    process.kill(serverPid(pool.folder) ?? 0, 'SIGKILL');
    const failure = await proof;
    expect(failure).toBeInstanceOf(ProofImpossible);
    expect(failure.message).toBe('The private proof server does not run: it was ended by SIGKILL.');
    expect(await pool.prove(backup)).toMatchObject({ state: 'PROVEN' });
  });

  test('where the disk has no room for the copy', async () => {
    await operate(pool.bench.database);
    const failure = await rejection(pool.prove({ ...(await pool.backUp()), sqlBytes: 2 ** 50 }));
    expect(failure).toBeInstanceOf(ProofImpossible);
    // Twice for the copy, and once for the next backup.
    expect(failure.message).toMatch(
      / has no room for a proof: about 31457\d\d\S* GiB are needed and .* or set BACKUP_PROVE_URL\.$/,
    );
  });

  test('where it is stopped, at once', async () => {
    await operate(pool.bench.database);
    const stop = new AbortController();
    const ledger = whenChecked((query) => {
      stop.abort();
      return query('SELECT SLEEP(30)').then(() => undefined);
    });
    const begun = performance.now();
    const { message } = await rejection(pool.prove(await pool.backUp(), { ledger, signal: stop.signal }));
    expect(message).toMatch(/ was stopped before it was done/);
    expect(performance.now() - begun).toBeLessThan(20_000);
  });

  test('after a power cut that tore the template of the server: the next proof makes it again', async () => {
    await operate(pool.bench.database);
    const backup = await pool.backUp();
    const [template = ''] = readdirSync(pool.folder).filter((name) => name.startsWith('template-'));
    writeFileSync(path.join(pool.folder, template, 'ibdata1'), '');
    const failure = await rejection(pool.prove(backup));
    expect(failure).toBeInstanceOf(ProofImpossible);
    expect(failure.message).toMatch(/^The private proof server does not run: /);
    expect(await pool.prove(backup)).toMatchObject({ state: 'PROVEN' });
  });
});

test('a proof that is killed takes its server with it, and the next clears what it left', async () => {
  await operate(pool.bench.database);
  const backup = await pool.backUp();
  const { settings, database } = pool.bench;
  const child = startScript(path.join(__dirname, 'proof-process.ts'), { settings, address: database.address, backup });
  await child.reached('checking');
  const pid = serverPid(pool.folder) ?? 0;
  expect(isAlive(pid)).toBe(true);
  await child.end();
  await waitFor('the end of the proof server', () => !isAlive(pid));
  expect(pool.left()).toHaveLength(1);
  expect(await pool.prove(backup)).toMatchObject({ state: 'PROVEN' });
});

test('a backup runs to its end while a proof is held up, and the next proof waits for that one', async () => {
  await operate(pool.bench.database);
  const backup = await pool.backUp();
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  const steps: string[] = [];
  const first = pool.prove(backup, {
    ledger: whenChecked(() => {
      steps.push('held');
      return held;
    }),
  });
  await waitFor('the proof', () => steps.includes('held'));
  const second = pool.prove(backup).then(() => steps.push('second'));
  await operate(pool.bench.database);
  const { published } = await runBackup(pool.bench.dependencies, { trigger: 'OPERATION', force: false });
  expect(published).toMatchObject([{ lastOperation: { number: 2 } }]);
  expect(steps).toEqual(['held']);
  letGo();
  expect(await first).toMatchObject({ state: 'PROVEN' });
  await second;
});

describe('where no server program is installed', () => {
  let programs: FakePrograms;
  beforeEach(() => {
    programs = new FakePrograms();
    programs.hideServers();
  });
  afterEach(() => {
    programs.remove();
  });

  test('a scratch database beside the live one must do, and what that leaves unproven is told', async () => {
    const mark = await operate(pool.bench.database);
    const backup = await pool.backUp();
    const ledger = whenChecked(async (query) => {
      const [row] = await query('SELECT DATABASE() AS name');
      expect(await scratchDatabases(pool.bench.database)).toEqual([row?.name]);
      // A backup clears up what others left, and this is in use.
      await runBackup(pool.bench.dependencies, { trigger: 'MANUAL', force: true });
      expect(await scratchDatabases(pool.bench.database)).toEqual([row?.name]);
    });
    const verdict = await pool.prove(backup, { ledger });
    expect(verdict).toMatchObject({ state: 'PROVEN', place: 'SCRATCH_DATABASE', lastOperation: mark });
    expect(leftUnproven(verdict.place)).toMatch(
      /^The backup was restored into a scratch database beside the live one: whether /,
    );
    expect(await scratchDatabases(pool.bench.database)).toEqual([]);
  });
});

describe('with BACKUP_PROVE_URL', () => {
  let server: PrivateDatabaseServer;
  let proofServer: DatabaseAddress;
  beforeAll(async () => {
    server = await startPrivateDatabaseServer();
    const parsed = parseServerUrl(server.url.replace('/motorpool', ''));
    if (typeof parsed === 'string') throw new Error(parsed);
    proofServer = parsed;
  });
  afterAll(() => server.close());
  const settings = () => ({ ...pool.bench.settings, proofServer });

  /** A database of the pool's name on the proof server. */
  async function onProofServer(sql: string[]): Promise<void> {
    const there = await createTestDatabase(server.url);
    for (const statement of sql) await there.query(statement.replaceAll('POOL', pool.bench.database.address.database));
    await there.drop();
  }

  test('it is proven there, and its database is dropped', async () => {
    const mark = await operate(pool.bench.database);
    const backup = await pool.backUp();
    const names: unknown[] = [];
    const ledger = whenChecked(async (query) => {
      names.push(...(await query('SELECT DATABASE() AS name')));
    });
    expect(await pool.prove(backup, { settings: settings(), ledger })).toMatchObject({
      state: 'PROVEN',
      place: 'PROVE_URL',
      lastOperation: mark,
    });
    expect(names).toEqual([{ name: backup.database }]);
    // It could not be made where it still was.
    await onProofServer(['CREATE DATABASE POOL', 'DROP DATABASE POOL']);
  });

  test('what a killed proof left there makes way, and what is anybody else’s never', async () => {
    await operate(pool.bench.database);
    const backup = await pool.backUp();
    await onProofServer([
      'CREATE DATABASE POOL',
      'CREATE TABLE POOL.motorpool_proof (id INT)',
      'CREATE TABLE POOL.t (id INT)',
    ]);
    expect(await pool.prove(backup, { settings: settings() })).toMatchObject({ state: 'PROVEN' });
    await onProofServer(['CREATE DATABASE POOL', 'CREATE TABLE POOL.t (id INT)']);
    const failure = await rejection(pool.prove(backup, { settings: settings() }));
    expect(failure).toBeInstanceOf(ProofImpossible);
    expect(failure.message).toBe(
      `The server of BACKUP_PROVE_URL holds a database ${backup.database} that no proof made, and a proof touches no other: ` +
        `name a server without a database of that name.`,
    );
    await onProofServer(['INSERT INTO POOL.t VALUES (1)', 'DROP DATABASE POOL']);
  });

  test('two servers that prove there take turns', async () => {
    await operate(pool.bench.database);
    const backup = await pool.backUp();
    let inside = 0;
    const ledger = whenChecked(async () => {
      expect(++inside).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 300));
      inside -= 1;
    });
    // The other server has another live database: no lock there keeps them apart.
    const { address } = pool.bench.database;
    const proofs = [
      pool.prove(backup, { settings: settings(), ledger }),
      pool.prove(backup, {
        settings: { ...settings(), proofServerDirectory: path.join(pool.folder, '..', 'prove-of-another') },
        address: { ...address, database: 'information_schema' },
        ledger,
      }),
    ];
    expect(await Promise.all(proofs)).toMatchObject([{ state: 'PROVEN' }, { state: 'PROVEN' }]);
  });

  test('events never run there: a file that holds some needs a server without a scheduler', async () => {
    await operate(pool.bench.database);
    await pool.load('17-events-run-in-scratch.sql');
    const backup = await pool.backUp();
    await onProofServer(['SET GLOBAL event_scheduler = ON']);
    const failure = await rejection(pool.prove(backup, { settings: settings() }));
    await onProofServer(['SET GLOBAL event_scheduler = OFF']);
    expect(failure).toBeInstanceOf(ProofImpossible);
    expect(failure.message).toMatch(
      / holds events, and the server of the proof would run them: set event_scheduler=OFF/,
    );
    expect(await pool.prove(backup, { settings: settings() })).toMatchObject({ state: 'PROVEN' });
  });
});
