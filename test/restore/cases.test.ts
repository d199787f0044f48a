import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { restoreWithStockClient } from '../backup/stock-client';
import { FAMILY } from '../support/engine';
import { startPrivateDatabaseServer, type PrivateDatabaseServer } from '../support/private-database-server';
import { waitFor } from '../support/wait';
import { inventoryOf } from '../../src/backup/restore/common/inventory';
import type { Query } from '../../src/database/connection/query';
import { openBench, rejection, type Bench } from './support';

/** Where the tables of case 34 lie. */
const ELSEWHERE = '/tmp/motorpool-elsewhere';
const EVENT_MS = 2_500;

/** Sequences, system versioning and the settings of these cases are of MariaDB. */
const onMariaDb = FAMILY === 'mysql' ? describe.skip : describe;

/**
 * The text of a case; it names the database of an owner's pool, here that of the test. The nightly event is due at once,
 * when what it changes is compared: here it is not.
 */
function caseText(name: string, database: string): string {
  const text = readFileSync(path.join(__dirname, '..', 'cases', `${name}.sql`), 'utf8');
  return text.replaceAll('motorpool.', `${database}.`).replace('EVERY 1 DAY DO', "EVERY 1 DAY STARTS '2037-01-01' DO");
}

async function loadSql(bench: Bench, sql: string): Promise<void> {
  const file = path.join(bench.storageDir, 'case.sql');
  writeFileSync(file, sql);
  await restoreWithStockClient(bench.dependencies.address, bench.name, file);
}

/** The driver takes a name with a dot in it for two. */
const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** Definitions and rows of everything in that schema, its name left out; history of rows included. */
async function describeAll(query: Query, schema: string): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  await query('USE ??', [schema]);
  for (const object of [...(await inventoryOf(query, schema))].sort()) {
    const [kind = '', ...rest] = object.split(' ');
    const name = rest.join(' ');
    const [row = {}] = await query(`SHOW CREATE ${kind === 'sequence' ? 'TABLE' : kind} ${quoted(name)}`);
    const { Created: _created, ...definition } = row;
    all[object] = JSON.parse(
      JSON.stringify(definition)
        .replaceAll(`\`${schema}\`.`, '')
        // A trigger keeps its statement as it was typed, with or without the database's name.
        .replaceAll(kind === 'trigger' ? `${schema}.` : `\`${schema}\`.`, '')
        .replace(/ AUTO_INCREMENT=\d+/, ''),
    );
    if (kind === 'table') {
      const versioned = String(row['Create Table']).includes('WITH SYSTEM VERSIONING');
      const history = versioned ? ', row_start, row_end' : '';
      const from = versioned ? 'FOR SYSTEM_TIME ALL' : '';
      const rows = await query(`SELECT *${history} FROM ${quoted(name)} ${from} ORDER BY 1${history}`);
      // Each restore makes a new epoch, and adds to the journal of changes.
      all[`rows of ${name}`] = rows
        .filter(({ kind: what }) => what !== 'db:restore')
        .map(({ epoch: _, lastChange: _last, ...values }) => JSON.stringify(values));
    } else if (kind === 'view')
      all[`rows of ${name}`] = await query(`SELECT * FROM ${quoted(name)}`).catch(() => 'invalid');
    else if (kind === 'sequence') {
      const [state] = await query(`SELECT next_not_cached_value AS next FROM ${quoted(name)}`);
      all[`state of ${name}`] = state?.next;
    }
  }
  return all;
}

/** As it is beside the live database: events are disabled, and triggers do not name that one as theirs. */
const disabled = (all: Record<string, unknown>, schema: string): unknown =>
  JSON.parse(JSON.stringify(all).replaceAll(' ENABLE DO ', ' DISABLE DO ').replaceAll(`${schema}.`, ''));

onMariaDb("an owner's own tables, views, triggers, routines and events", () => {
  let server: PrivateDatabaseServer;
  let bench: Bench;
  beforeAll(async () => {
    server = await startPrivateDatabaseServer();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    bench = await openBench({}, server.url);
    await bench.query('SET GLOBAL event_scheduler = ON');
    await bench.operate(1);
  });
  afterEach(async () => {
    await bench.query('SET GLOBAL event_scheduler = OFF, GLOBAL max_statement_time = 0');
    await bench.close();
  });

  /** Drops what the case made: none of it may come from the live database. */
  async function lose(): Promise<void> {
    const { query, name } = bench;
    await query('USE ??', [name]);
    await query('SET foreign_key_checks = 0');
    for (const object of await inventoryOf(query, name)) {
      const [kind = '', ...rest] = object.split(' ');
      const isOfPool = kind === 'table' && OF_POOL.has(rest.join(' '));
      if (!isOfPool) await query(`DROP ${kind.toUpperCase()} IF EXISTS ${quoted(rest.join(' '))}`);
    }
    await query('SET foreign_key_checks = 1');
  }
  let OF_POOL: ReadonlySet<string>;

  async function begin(sql: string): Promise<{ file: string; all: Record<string, unknown> }> {
    const tables = [...(await inventoryOf(bench.query, bench.name))].map((object) => object.split(' ')[1] ?? '');
    OF_POOL = new Set(tables);
    await loadSql(bench, sql);
    await bench.query('SET GLOBAL event_scheduler = OFF');
    const { path: file } = await bench.backUp();
    const all = await describeAll(bench.query, bench.name);
    await bench.query('SET GLOBAL event_scheduler = ON');
    return { file, all };
  }

  const INPUTS: [name: string, sql: () => string][] = [
    ...[
      '01-fk-on-base-of-stored-generated',
      '04-system-versioned',
      '05-sequence-default',
      '06-view-with-function',
      '07-routines-events',
      '13-newline-name-with-key',
      '29-event-changes-restored-copy',
    ].map((name): [string, () => string] => [name, () => caseText(name, bench.name)]),
    [
      'triggers, with names of their own database, and a trigger of an odd name',
      () => `CREATE TABLE seen (id INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(40));
        CREATE TABLE cars (id INT PRIMARY KEY, name VARCHAR(20)); INSERT INTO cars VALUES (1, 'it''s');
        DELIMITER //
        CREATE TRIGGER ${bench.name}.on_car AFTER INSERT ON ${bench.name}.cars FOR EACH ROW
          BEGIN INSERT INTO seen (what) VALUES (CONCAT('car; ', NEW.id)); -- it's "one"
          END//
        SET sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'//
        CREATE TRIGGER "odd ""na\`me" BEFORE UPDATE ON cars FOR EACH ROW SET NEW.name = '\\'//
        CREATE DEFINER = nobody@nowhere SQL SECURITY INVOKER VIEW quiet AS SELECT id FROM cars WITH CASCADED CHECK OPTION//
        DELIMITER ;
        INSERT INTO cars VALUES (2, 'second');`,
    ],
  ];

  test.each(INPUTS)('%s: in place and beside, equal in definitions and rows', async (_name, sql) => {
    const { query, name } = bench;
    const { file, all } = await begin(sql());
    await lose();
    await bench.operate(1);
    const replaced = await describeAll(query, name);
    await query('SET GLOBAL event_scheduler = OFF');
    const { outcome } = await bench.restore({ kind: 'file', file });
    expect(await describeAll(query, name)).toEqual(all);
    expect(outcome.warnings).toEqual([]);
    // And back: what was replaced has none of it. Then beside.
    await bench.restore({ kind: 'file', file: outcome.safety[0]?.path ?? '' });
    expect(await describeAll(query, name)).toEqual(replaced);
    const into = `${name}_beside`;
    await bench.restore({ kind: 'file', file }, { into });
    expect(await describeAll(query, into)).toEqual(disabled(all, name));
    expect(await describeAll(query, name)).toEqual(replaced);
    await query('USE ??', [name]);
    expect(await bench.litter()).toEqual([]);
  });

  test('all of it is in the safety backup of what was replaced', async () => {
    const plain = await bench.backUp();
    const names = ['05-sequence-default', '06-view-with-function', '07-routines-events'];
    const triggers = 'CREATE TRIGGER note BEFORE INSERT ON things FOR EACH ROW SET NEW.id = NEW.id;';
    const { all } = await begin(names.map((name) => caseText(name, bench.name)).join('') + triggers);
    await bench.query('SET GLOBAL event_scheduler = OFF');
    const { outcome } = await bench.restore({ kind: 'file', file: plain.path });
    expect(await bench.query('SHOW FULL TABLES WHERE Table_type = ?', ['VIEW'])).toEqual([]);
    await bench.restore({ kind: 'file', file: outcome.safety[0]?.path ?? '' });
    expect(await describeAll(bench.query, bench.name)).toEqual(all);
    await bench.query('USE ??', [bench.name]);
  });

  test('an invalid view costs nothing but itself', async () => {
    const { file } = await begin(caseText('08-invalid-view', bench.name));
    const before = await bench.newest();
    await bench.operate(1);
    const { outcome } = await bench.restore({ kind: 'file', file });
    expect(outcome.safety).toHaveLength(1);
    expect(await bench.newest()).toBe(before);
  });

  test('17 and 29: events never run in a copy, and are live again after a restore in place', async () => {
    const { query, name } = bench;
    const sql = `${caseText('17-events-run-in-scratch', name)}${caseText('29-event-changes-restored-copy', name)}`;
    await loadSql(bench, `${sql}ALTER EVENT purge_log ENABLE;`);
    await query('SET GLOBAL event_scheduler = OFF');
    // One that was due before may still run, and would take the row away.
    await waitFor('the events that run to end', async () => {
      const running = "SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = ? AND COMMAND = 'Connect'";
      return (await query(running, [name])).length === 0;
    });
    await query('REPLACE INTO sessions_log VALUES (1, NOW() - INTERVAL 40 DAY)');
    const { path: file } = await bench.backUp();
    await query('SET GLOBAL event_scheduler = ON');
    const into = `${name}_beside`;
    const { plan } = await bench.restore({ kind: 'file', file }, { into });
    expect(plan.notes).toContain(`Events are disabled in ${into}: purge_log, send_mail.`);
    expect(plan.notes.join()).toContain(`These name the database ${name} themselves`);
    await new Promise((resolve) => setTimeout(resolve, EVENT_MS));
    expect(await query('SELECT id FROM ??.sessions_log', [into])).toHaveLength(2);
    expect(await query('SELECT DISTINCT sent_by FROM mail_queue')).toEqual([{ sent_by: name }]);
    // In place it stands still while the copy is there, which waits.
    let purged = -1;
    const onStep = async (step: string): Promise<void> => {
      if (step !== 'checked') return;
      await new Promise((resolve) => setTimeout(resolve, EVENT_MS));
      const [copy] = (await bench.litter()).filter((schema) => schema.includes('_restore_'));
      purged = 2 - (await query('SELECT id FROM ??.sessions_log', [copy])).length;
    };
    await bench.restore({ kind: 'file', file }, { change: { onStep } });
    expect(purged).toBe(0);
    expect(await query('SELECT DISTINCT sent_by FROM mail_queue')).toEqual([{ sent_by: name }]);
    expect(
      await query('SELECT EVENT_NAME AS name FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ? AND STATUS = ?', [
        name,
        'ENABLED',
      ]),
    ).toHaveLength(2);
  });

  test('28: many tables and views', async () => {
    const tables = Array.from(
      { length: 150 },
      (_, i) => `CREATE TABLE many_${i} (id INT PRIMARY KEY, v INT, KEY v (v));
      INSERT INTO many_${i} VALUES (${i},${i});`,
    );
    const views = Array.from({ length: 40 }, (_, i) => `CREATE VIEW mview_${i} AS SELECT id FROM many_${i};`);
    const { file, all } = await begin([...tables, ...views].join('\n'));
    await bench.query('DROP VIEW mview_7');
    await bench.query('DROP TABLE many_99');
    await bench.restore({ kind: 'file', file });
    expect(await describeAll(bench.query, bench.name)).toEqual(all);
  }, 120_000);

  test('34: a table in a folder of its own is refused where it is live, and told where it is in the file', async () => {
    const { query, name } = bench;
    mkdirSync(ELSEWHERE, { recursive: true });
    try {
      const { file } = await begin(caseText('34-data-directory', name));
      const steps: string[] = [];
      const onStep = (step: string): void => void steps.push(step);
      expect(await rejection(bench.restore({ kind: 'file', file }, { change: { onStep } }))).toMatch(
        /^The table elsewhere \(\/tmp\/motorpool-elsewhere\/\) of \S+ lies in a folder of its own, .* with --into, or with/,
      );
      expect(steps).toEqual([]);
      const told =
        "The table elsewhere (/tmp/motorpool-elsewhere/) gets its place in the server's own folder: its DATA DIRECTORY " +
        'is not taken over.';
      const into = `${name}_beside`;
      expect((await bench.restore({ kind: 'file', file }, { into })).plan.notes).toContain(told);
      expect(await query('SELECT * FROM ??.elsewhere', [into])).toEqual([{ id: 1, v: 1 }]);
      await query('DROP TABLE elsewhere');
      const { plan, outcome } = await bench.restore({ kind: 'file', file });
      expect(plan.notes).toContain(told);
      expect(outcome.warnings).toEqual([]);
      expect(await query('SELECT * FROM elsewhere')).toEqual([{ id: 1, v: 1 }]);
      expect(await bench.litter()).toEqual([]);
    } finally {
      await query('DROP TABLE IF EXISTS elsewhere');
      rmSync(ELSEWHERE, { recursive: true, force: true });
    }
  });

  test('35: keys that take longer than the server lets a statement run', async () => {
    const { file, all } = await begin(caseText('35-slow-key', bench.name).replace('seq_1_to_400000', 'seq_1_to_60000'));
    await bench.query('SET GLOBAL max_statement_time = 0.5');
    await bench.query('UPDATE wide_keys SET a = 1 WHERE id < 3');
    await bench.restore({ kind: 'file', file });
    const [row] = await bench.query('SELECT COUNT(*) AS count, MIN(a) AS least FROM wide_keys');
    expect(Number(row?.count)).toBe(60_000);
    expect(all['rows of wide_keys']).toContain(
      JSON.stringify((await bench.query('SELECT * FROM wide_keys WHERE id = 1'))[0]),
    );
  }, 240_000);

  describe('to an operation by the log alone', () => {
    const book = async (number: string, after?: string): Promise<void> => {
      await loadSql(bench, caseText(`${number}-before`, bench.name));
      await bench.backUp();
      await loadSql(bench, after ?? caseText(`${number}-after`, bench.name));
      await bench.operate(2);
    };

    test.each(['23-replay-set-statement', '24-replay-truncate'])('%s: refused in words', async (number) => {
      await book(number);
      expect(await rejection(bench.restore({ kind: 'operation', number: 2 }))).toMatch(
        /^The state right after operation 2 cannot be had: .* a migration or a restore changed tables after it/,
      );
    });

    test('rows alone come with it, and what is made beside tables is told', async () => {
      await book('24-replay-truncate', 'INSERT INTO stock2 VALUES (3,30); CREATE VIEW late AS SELECT 1 AS one;');
      const { plan } = await bench.restore({ kind: 'operation', number: 2 });
      expect(plan.notes.join()).toContain('Views, triggers, routines or events changed after this file');
      expect(await bench.query('SELECT id FROM stock2')).toHaveLength(3);
      expect(await bench.query('SHOW FULL TABLES WHERE Table_type = ?', ['VIEW'])).toEqual([]);
    });
  });
});
