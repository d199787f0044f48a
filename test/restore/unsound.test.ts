import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { workTag } from '../../src/backup/files/staging';
import { findOwnSchemas } from '../../src/backup/server/auxiliary-schema';
import type { RestorePlan } from '../../src/backup/restore/plan/plan';
import { planText } from '../../src/backup/restore/plan/plan-text';
import { restore } from '../../src/backup/restore/restore';
import { CLIENTS } from '../support/engine';
import { contentOf, openBench, rejection, type Bench } from './support';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  await bench.operate(2);
});
afterEach(() => bench.close());

const BROKEN = 'UPDATE users SET balance = balance + 1 WHERE id = 3';

describe('what restores and breaks a rule of the ledger', () => {
  test('is put back where somebody accepts what the check found, and the plan names it', async () => {
    const { path: older } = await bench.backUp();
    await bench.query(BROKEN);
    const broken = await contentOf(bench.query, bench.name);
    const { outcome } = await bench.restore({ kind: 'file', file: older });
    expect(outcome.warnings).toEqual([]);
    const file = outcome.safety[0]?.path ?? '';
    const sound = await contentOf(bench.query, bench.name);

    const refused = await rejection(bench.restore({ kind: 'file', file }));
    expect(refused).toMatch(
      / is not sound, and was not restored: User 3 holds 2001 cents.* --accept-unsound restores /,
    );
    expect(await contentOf(bench.query, bench.name)).toEqual(sound);
    expect(await bench.litter()).toEqual([]);

    const asked: RestorePlan[] = [];
    const accepted = await restore(
      bench.dependencies,
      {
        source: { kind: 'file', file },
        into: null,
        safetyBackup: true,
        acceptUnsound: (plan) => Promise.resolve(asked.push(plan) > 0),
      },
      () => Promise.resolve(true),
    );
    expect(asked.map(planText).join()).toMatch(/ {2}check {7}NOT SOUND\n +User 3 holds 2001 cents/);
    expect(accepted?.warnings.join()).toMatch(/is not sound: User 3 holds 2001 cents/);
    expect(await contentOf(bench.query, bench.name)).toEqual(broken);
  });

  test('is restored beside the live database without a question, and told', async () => {
    await bench.query(BROKEN);
    const { path: file } = await bench.backUp();
    const broken = await contentOf(bench.query, bench.name);
    const into = `${bench.name}_beside`;
    const { outcome } = await bench.restore({ kind: 'file', file }, { into });
    expect(outcome.warnings.join()).toMatch(/is not sound: User 3 holds 2001 cents/);
    expect(await contentOf(bench.query, into)).toEqual(broken);
  });

  test('also where whole tables are gone from it', async () => {
    const { path: older } = await bench.backUp();
    for (const table of ['operations', 'migrations']) await bench.query(`DROP TABLE ${table}`);
    const broken = await contentOf(bench.query, bench.name);
    const { outcome } = await bench.restore({ kind: 'file', file: older });
    const file = outcome.safety[0]?.path ?? '';
    expect(await rejection(bench.restore({ kind: 'file', file }))).toMatch(/its ledger cannot be checked: /);
    const into = `${bench.name}_beside`;
    await bench.restore({ kind: 'file', file }, { into });
    expect(await contentOf(bench.query, into)).toEqual(broken);
  });
});

test('a file of a schema that is not known is refused, and put back as it is where somebody accepts that', async () => {
  const { path: older } = await bench.backUp();
  await bench.query("INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'Later9999999999999')");
  const later = await contentOf(bench.query, bench.name);
  const { outcome } = await bench.restore({ kind: 'file', file: older });
  const file = outcome.safety[0]?.path ?? '';
  expect(outcome.safety[0]?.schemaVersion).toBe('Later9999999999999');
  const steps: string[] = [];
  const change = { onStep: (step: string) => void steps.push(step) };
  expect(await rejection(bench.restore({ kind: 'file', file }, { change }))).toMatch(
    / holds a database of the schema Later9999999999999, which this version does not know: restore it with the version /,
  );
  expect(steps).toEqual(['locked']);

  const asked: RestorePlan[] = [];
  const accepted = await restore(
    bench.dependencies,
    {
      source: { kind: 'file', file },
      into: null,
      safetyBackup: true,
      acceptUnsound: (plan) => Promise.resolve(asked.push(plan) > 0),
    },
    () => Promise.resolve(true),
  );
  // Asked once, before hours are spent on it.
  expect(asked.map(({ findings }) => findings)).toEqual([
    ['it has the schema Later9999999999999, which this version does not know'],
  ]);
  expect(accepted?.migrated).toEqual([]);
  expect(accepted?.warnings.join()).toMatch(/is not sound: it has the schema Later9999999999999/);
  expect(await contentOf(bench.query, bench.name)).toEqual(later);
});

test('what was replaced and cannot be saved stays in its database, and the next backup saves it', async () => {
  const { path: older } = await bench.backUp();
  await bench.operate(1);
  const replaced = await contentOf(bench.query, bench.name);
  const bin = path.join(bench.storageDir, 'bin');
  mkdirSync(bin);
  const old = process.env.PATH;
  writeFileSync(path.join(bin, CLIENTS.dump), '#!/bin/sh\nexit 3\n');
  chmodSync(path.join(bin, CLIENTS.dump), 0o755);
  const onStep = (step: string): void => {
    if (step === 'checked') process.env.PATH = `${bin}:${old ?? ''}`;
    if (step === 'dropped') process.env.PATH = old;
  };
  try {
    const { outcome } = await bench.restore({ kind: 'file', file: older }, { change: { onStep } });
    expect(outcome.safety).toEqual([]);
    expect(outcome.warnings.join()).toMatch(
      /^What was replaced could not be saved, and stays in the database \S+_replaced_\S+ until a backup saves it: /,
    );
  } finally {
    process.env.PATH = old;
  }
  expect(await bench.newest()).toBe(2);
  expect(await findOwnSchemas(bench.query, bench.name, ['replaced'])).toHaveLength(1);
  await bench.backUp();
  const safety = (await bench.backups()).find((backup) => backup.safety === true);
  const into = `${bench.name}_beside`;
  await bench.restore({ kind: 'file', file: safety?.path ?? '' }, { into });
  expect(await contentOf(bench.query, into)).toEqual(replaced);
  expect(await bench.litter()).toEqual([]);
});

test('an invalid view of what is replaced, which no file holds, is named', async () => {
  const { query } = bench;
  const { path: file } = await bench.backUp();
  await query('CREATE TABLE gone (id INT)');
  await query('CREATE VIEW lost AS SELECT id FROM gone');
  await query('CREATE VIEW kept AS SELECT 1 AS one');
  await query('DROP TABLE gone');
  const { outcome } = await bench.restore({ kind: 'file', file });
  expect(outcome.warnings.join()).toMatch(/The view lost is not in the backup, because it is invalid/);
  await query('DROP VIEW IF EXISTS kept');
});

test('litter that cannot be dropped or removed stops neither a backup nor a restore', async () => {
  const { query, name } = bench;
  const { path: file } = await bench.backUp();
  const litter = `${name}_scratch_0123456789ab`;
  await query('CREATE DATABASE ??', [litter]);
  await query('CREATE TABLE ??.parent (id INT PRIMARY KEY)', [litter]);
  await query('CREATE DATABASE ??', [`${name}_other`]);
  await query('CREATE TABLE ??.child (id INT, FOREIGN KEY (id) REFERENCES ??.parent (id))', [`${name}_other`, litter]);
  const blocked = path.join(bench.settings.workDirectory, `${workTag(name)}-0123456789ab.sql`);
  mkdirSync(blocked);
  try {
    await bench.backUp();
    await bench.restore({ kind: 'file', file });
    expect(await bench.litter()).toEqual([path.basename(blocked), litter]);
  } finally {
    await query('DROP DATABASE ??', [`${name}_other`]);
  }
});
