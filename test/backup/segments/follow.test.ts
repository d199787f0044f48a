import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listBackups } from '../../../src/backup/files/catalogue';
import { runBackup } from '../../../src/backup/run/run-backup';
import { readFollowState } from '../../../src/backup/segments/follow-state';
import { type Child } from '../../support/child';
import { contentOf, restoreWithStockClient } from '../stock-client';
import { type Bench, operate, operateInBulk, statusOf, waitFor } from '../support';
import { chainOf, coverageOf, followed, openLogBench, segmentFiles, startFollower, stored } from './support';

let bench: Bench;
let follower: Child;

beforeEach(async () => {
  bench = await openLogBench();
  follower = startFollower(bench);
  await followed(bench);
});

afterEach(async () => {
  await follower.end();
  await bench.close();
});

async function operateOn(count: number): Promise<number> {
  let last = 0;
  for (let i = 0; i < count; i++) last = (await operate(bench.database)).number;
  return last;
}

function live(): Promise<string> {
  const { address } = bench.database;
  return contentOf(address, address.database);
}

/** Restores what `cat FILES | mariadb NAME` would, and gives what is in it then. */
async function byHand(text: Buffer): Promise<string> {
  const { database, settings } = bench;
  const name = `${database.address.database}_hand`;
  const whole = path.join(settings.workDirectory, 'whole.txt');
  writeFileSync(whole, text);
  await database.query(`CREATE DATABASE ${name}`);
  try {
    await restoreWithStockClient(database.address, name, whole);
    return await contentOf(database.address, name);
  } finally {
    await database.query(`DROP DATABASE ${name}`);
  }
}

/** The base and its segments, one after the other. */
async function concatenated(): Promise<Buffer> {
  const { base, segments } = await chainOf(bench);
  return Buffer.concat([base, ...segments].map((file) => readFileSync(file.path)));
}

test('each operation is stored right after its commit, and base and segments together are the database', async () => {
  const { query } = bench.database;
  const took: number[] = [];
  let middle = '';
  for (let i = 1; i <= 20; i++) {
    const { number } = await operate(bench.database);
    const begun = performance.now();
    await stored(bench, number);
    took.push(performance.now() - begun);
    if (i === 12) middle = await live();
  }
  took.sort((a, b) => a - b);
  process.stdout.write(`ms from the commit until it is seen to be stored: ${took.map(Math.round).join(' ')}\n`);
  expect(took[10]).toBeLessThan(5_000);
  await query("UPDATE payload SET text = 'changed' WHERE operation = 3");
  await query('DELETE FROM payload WHERE operation = 4');
  const { base } = await chainOf(bench);
  await waitFor('what is no operation', async () => (await concatenated()).includes('DELETE FROM'));

  const whole = await concatenated();
  expect(await byHand(whole)).toBe(await live());
  // To an operation in the middle: everything above the line that tells where the next one begins.
  const cut = whole.indexOf('\n-- transaction: ', whole.indexOf(`, operation 12 `));
  expect(await byHand(whole.subarray(0, cut + 1))).toBe(middle);
  expect(base.lastOperation.number).toBe(0);
  expect(await coverageOf(bench)).toMatchObject({ coveredThrough: 20, missed: 0, provenThrough: 0 });
  expect(await listBackups(bench.settings.directory)).toHaveLength(1);
});

test('where the tables change, that is told, and a new base is made from which it goes on', async () => {
  const { query } = bench.database;
  await stored(bench, await operateOn(2));
  const before = await chainOf(bench);
  await query('ALTER TABLE payload ADD COLUMN more INT NULL');
  await waitFor('a new base', async () => (await listBackups(bench.settings.directory)).length > 1);
  expect(bench.logText()).toMatch(/WARN The binary log does not lead on from db_backup-\S+: .*A new base is made\./);
  await query("INSERT INTO operations VALUES (3, 'three')");
  await query("INSERT INTO payload (operation, text, more) VALUES (3, 'x', 7)");
  const after = await waitFor('a segment of the new base', async () => {
    const chain = await chainOf(bench);
    return chain.base.filename > before.base.filename && chain;
  });
  await waitFor('all of it', async () => (await byHand(await concatenated())) === (await live()));
  expect((await coverageOf(bench)).missed).toBe(0);
  expect((await statusOf(bench)).problem).toBeNull();
  expect(after.segments[0]).toMatchObject({ before: null, from: { offset: after.start.offset } });
});

test('a torn segment counts for nothing, nor does what follows it, and is read from the log again', async () => {
  for (let i = 1; i <= 3; i++) await stored(bench, await operateOn(1));
  const { segments } = await chainOf(bench);
  const torn = segments[1]?.path ?? '';
  truncateSync(torn, 100);
  expect((await coverageOf(bench)).coveredThrough).toBe(1);
  await stored(bench, 3);
  appendFileSync((await chainOf(bench)).segments[0]?.path ?? '', '-- more\n');
  expect((await coverageOf(bench)).coveredThrough).toBe(0);
  await stored(bench, 3);
  expect(await byHand(await concatenated())).toBe(await live());
  expect(segmentFiles(bench)).toEqual((await chainOf(bench)).segments.map(({ filename }) => filename));
});

test('a base and its segments live and die together, and the one that is gone on from stays', async () => {
  const { settings, dependencies } = bench;
  const only = { ...dependencies, settings: { ...settings, keep: 1 } };
  const backUp = () => runBackup(only, { trigger: 'MANUAL', force: true, once: true });
  await stored(bench, await operateOn(1));
  const { base } = await chainOf(bench);
  await backUp();
  await backUp();
  expect(bench.files()).toHaveLength(2);
  expect(bench.files()[0]).toBe(base.filename);
  expect(segmentFiles(bench)).toHaveLength(1);

  await bench.database.query('ALTER TABLE payload ADD COLUMN more INT NULL');
  await waitFor('a segment of a new base', async () => {
    await bench.database.query('UPDATE payload SET more = COALESCE(more, 0) + 1');
    return (await chainOf(bench)).base.filename > base.filename;
  });
  await backUp();
  const next = await chainOf(bench);
  expect(bench.files()).not.toContain(base.filename);
  expect(bench.files()).toContain(next.base.filename);
  expect(next.segments.map(({ filename }) => filename)).toEqual(
    expect.arrayContaining(segmentFiles(bench).slice(0, 1)),
  );
});

test('when segments have grown to half of their base, a new base is made, and it goes on from that', async () => {
  const { base } = await chainOf(bench);
  // One transaction of some 2 MB: the bytes of a row stand there in hexadecimal.
  await operateInBulk(bench.database, 2_000);
  await stored(bench, 2_000);
  expect((await chainOf(bench)).segments).toHaveLength(1);
  const next = await waitFor('another base', async () => {
    const found = await listBackups(bench.settings.directory);
    return found.length > 1 && found[0];
  });
  expect(next).toMatchObject({ trigger: 'RECOVERY', lastOperation: { number: 2_000 } });
  await waitFor('a segment of it', async () => {
    await operate(bench.database);
    return (await chainOf(bench)).base.filename > base.filename;
  });
  expect(bench.logText()).not.toContain('does not lead on');
  await waitFor('all of it', async () => (await byHand(await concatenated())) === (await live()));
});

test('asked to end, it stores first what was committed', async () => {
  const last = await operateOn(5);
  expect(await follower.end('SIGTERM')).toMatch(/was stopped/);
  expect((await coverageOf(bench)).coveredThrough).toBe(last);
  expect(await readFollowState(bench.settings)).toEqual(expect.objectContaining({ state: 'ended', problem: null }));
  expect((await statusOf(bench)).problem).toBeNull();
});

test('healthy is not said where the follower is dead', async () => {
  await stored(bench, await operateOn(1));
  expect((await statusOf(bench)).healthy).toBe(true);
  await follower.end();
  const { healthy, problem } = await waitFor('the end of its lock', async () => {
    const status = await statusOf(bench);
    return !status.healthy && status;
  });
  expect({ healthy, problem }).toEqual({
    healthy: false,
    problem: expect.stringMatching(/^No process follows the server's binary log/) as unknown,
  });
});
