import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DataSource } from 'typeorm';
import type { Backup } from '../../src/backup/files/catalogue';
import { settleInterrupted } from '../../src/cli/settle-interrupted';
import type { RestoreSource } from '../../src/backup/restore/plan/choice';
import { verifyFile } from '../../src/backup/prove/verify-file';
import { runBackup } from '../../src/backup/run/run-backup';
import { knownSchemas } from '../../src/database/known-schemas';
import { createDataSource } from '../../src/database/data-source';
import { migrations } from '../../src/database/migrations';
import { backupLedger } from '../../src/services/backup-ledger';
import { createTestDatabase } from '../support/database';
import { copyWith, flipBit } from './files';
import { contentOf, openBench, rejection, type Bench } from './support';

let bench: Bench;
let backup: Backup;
let before: Record<string, unknown>;
beforeAll(async () => {
  bench = await openBench({ verify: 'restore' });
  await bench.operate(3);
  backup = await bench.backUp();
  await bench.operate(1);
  before = await contentOf(bench.query, bench.name);
});
afterAll(() => bench.close());

const at = (name: string): string => path.join(bench.storageDir, name);
const restoreFile = (file: string): Promise<string> => rejection(bench.restore({ kind: 'file', file }));

/** Whatever was refused: the live database, the backups and the server are as they were. */
afterEach(async () => {
  expect(await contentOf(bench.query, bench.name)).toEqual(before);
  expect(readdirSync(bench.settings.directory)).toEqual([backup.filename]);
  expect(await bench.litter()).toEqual([]);
});

test('a file that is missing, empty, cut, flipped, a folder, or no backup', async () => {
  const bytes = readFileSync(backup.path);
  expect(await restoreFile(at('none.sql'))).toBe(
    `The backup ${at('none.sql')} cannot be read: no such file or folder (${at('none.sql')}).`,
  );
  writeFileSync(at('empty.sql'), '');
  expect(await restoreFile(at('empty.sql'))).toBe(`${at('empty.sql')} is empty.`);
  writeFileSync(at('cut.sql'), bytes);
  truncateSync(at('cut.sql'), bytes.length - 100);
  expect(await restoreFile(at('cut.sql'))).toMatch(/is no complete backup/);
  writeFileSync(at('flipped.sql'), bytes);
  flipBit(at('flipped.sql'));
  expect(await restoreFile(at('flipped.sql'))).toBe(
    `${at('flipped.sql')} is damaged: its content does not match the SHA-256 that it was written with.`,
  );
  mkdirSync(at('folder.sql'));
  expect(await restoreFile(at('folder.sql'))).toMatch(/is no complete backup/);
  writeFileSync(at('other.sql'), bytes.subarray(0, backup.sqlBytes));
  expect(await restoreFile(at('other.sql'))).toMatch(/is no complete backup/);
});

test('a file from a newer schema, or from something else', async () => {
  const file = copyWith(backup, 'newer.sql', { schemaVersion: 'Later1999999999999' });
  expect(await restoreFile(file)).toMatch(
    /^.*newer\.sql holds a database of the schema Later1999999999999, which this/,
  );
  // Its proof needs no migration.
  expect((await verifyFile(bench.dependencies, file)).proof.state).toBe('PROVEN');
  const sql = Buffer.from('CREATE TABLE t (id INT);\n-- Dump completed\n');
  const hash = createHash('sha256').update(sql).digest('hex');
  const foreign = copyWith(backup, 'foreign.sql', {});
  const line = readFileSync(copyWith(backup, 'line.sql', { sqlBytes: sql.length, sha256: hash }))
    .subarray(backup.sqlBytes)
    .toString();
  writeFileSync(foreign, sql.toString() + line);
  expect(await restoreFile(foreign)).toMatch(
    /foreign\.sql is not sound, and was not restored: it does not tell its schema.*; it ends with operation 0 and not 3\. The live/,
  );
});

test('a file that restores, and breaks the rules of the ledger', async () => {
  const { query } = bench;
  await query('UPDATE users SET balance = balance + 1 WHERE id = 3');
  const { published } = await runBackup(
    {
      settings: { ...bench.settings, verify: 'checksum' },
      address: bench.dependencies.address,
      ledger: backupLedger,
      settleInterrupted,
    },
    { trigger: 'MANUAL', force: true, once: true },
  );
  await query('UPDATE users SET balance = balance - 1 WHERE id = 3');
  const unsound = published[0];
  const file = copyWith(unsound ?? backup, 'unsound.sql', {});
  rmSync(unsound?.path ?? '');
  expect(await restoreFile(file)).toMatch(/unsound\.sql is not sound, and was not restored: User 3 holds 4001 cents/);
});

test.each<[string, RestoreSource, RegExp]>([
  [
    'an operation that never was',
    { kind: 'operation', number: 9 },
    /^There is no operation 9 in today's history: the newest is 4\.$/,
  ],
  [
    'one before every backup',
    { kind: 'operation', number: 1 },
    /^The state right after operation 1 cannot be had: no backup from before it leads there\. The nearest that can be: the states after operation 3 \(/,
  ],
  ['the moment before it', { kind: 'before', number: 2 }, /^The state right before operation 2 cannot be had/],
])('%s', async (_, source, message) => {
  expect(await rejection(bench.restore(source))).toMatch(message);
});

test('a target that exists', async () => {
  const into = `${bench.name}_taken`;
  await bench.query('CREATE DATABASE ??', [into]);
  try {
    const message = await rejection(bench.restore({ kind: 'latest' }, { into }));
    expect(message).toBe(`The database ${into} exists: choose another name, or drop it first.`);
  } finally {
    await bench.query('DROP DATABASE ??', [into]);
  }
});

test('an account without the rights', async () => {
  const { query, name } = bench;
  await query(`CREATE USER limited@'%' IDENTIFIED BY 'secret'`);
  await query(`GRANT ALL ON ??.* TO limited@'%'`, [name]);
  try {
    const address = { ...bench.dependencies.address, user: 'limited', password: 'secret' };
    const message = await rejection(bench.restore({ kind: 'latest' }, { change: { address } }));
    expect(message).toMatch(/^The database account limited may not make a database beside .*: grant it ALL on/);
    expect(message).not.toContain('secret');
    // With the rights that are documented, before anything is restored.
    await query(`GRANT ALL ON ??.* TO limited@'%'`, [`${name.replaceAll('_', '\\_')}\\_%`]);
    const steps: string[] = [];
    const change = { address, onStep: (step: string) => void steps.push(step) };
    expect(await rejection(bench.restore({ kind: 'latest' }, { into: 'look_here', change }))).toBe(
      'The database account limited may not make the database look_here: grant it ALL on `look\\_here`.*, or choose a ' +
        `name that begins with ${name}_.`,
    );
    expect(steps).toEqual([]);
    await bench.restore({ kind: 'latest' }, { into: `${name}_look`, change });
  } finally {
    await query(`DROP USER limited@'%'`);
  }
});

test('a file that is taken away while the restore waits', async () => {
  const file = copyWith(backup, 'going.sql', {});
  const onStep = (step: string): void => {
    if (step === 'locked') writeFileSync(file, 'something else');
  };
  expect(await rejection(bench.restore({ kind: 'file', file }, { change: { onStep } }))).toMatch(
    /was removed or changed while the restore waited/,
  );
});

test('a file of an older schema is brought to the current one before the swap', async () => {
  const old = await createTestDatabase();
  const other = await openBench();
  try {
    const options = createDataSource(old.address).options;
    const source = await new DataSource({ ...options, migrations: migrations.slice(0, 1) }).initialize();
    await source.runMigrations();
    await source.destroy();
    const { published } = await runBackup(
      { settings: other.settings, address: old.address, ledger: backupLedger, settleInterrupted },
      { trigger: 'MANUAL', force: true, once: true },
    );
    const file = published[0]?.path ?? '';
    const { plan, outcome } = await other.restore({ kind: 'file', file });
    expect(plan.migrations).toEqual(knownSchemas.slice(1));
    expect(outcome.migrated).toEqual(knownSchemas.slice(1));
    expect(await backupLedger.schemaVersion(other.query)).toBe(knownSchemas.at(-1));
    expect(await other.check()).toEqual([]);
  } finally {
    await other.close();
    await old.drop();
  }
});
