import { verify } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { BackupLog } from '../../src/backup/core/log';
import { backupSettings } from '../../src/backup/core/settings';
import { recordBackup } from '../../src/backup/files/record';
import { keepLastTry } from '../../src/backup/run/last-try';
import { refusalOf } from '../support/client';
import { startTestServer, type TestServer } from '../support/server';
import { waitFor } from '../support/wait';

interface Report {
  operations: number;
  changes: number;
  storedMsMedian: number | null;
  storedMsWorst: number | null;
  provenMsMedian: number | null;
  notStored: number;
  notProven: number;
  notOffsite: number;
  drills: number;
  recoveryMsWorst: number | null;
  failures: { begin: string; end: string | null; problem: string }[];
  retention: string;
  document: string;
  signature: string;
  publicKey: string;
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ BACKUP_KEEP: '3', BACKUP_KEEP_WEEKLY: '4' });
});
afterAll(() => server.close());

const WHOLE = 'from: "2000-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z"';

async function report(time = WHOLE): Promise<Report> {
  const { recoveryReport } = await server.admin.administer<{ recoveryReport: Report }>(
    `{ recoveryReport(${time}) {
      operations changes storedMsMedian storedMsWorst provenMsMedian notStored notProven notOffsite drills recoveryMsWorst
      failures { begin end problem } retention document signature publicKey
    } }`,
  );
  return recoveryReport;
}

/** As an auditor does, with the report alone. */
function isSigned({ document, signature, publicKey }: Report): boolean {
  return verify(null, Buffer.from(document), publicKey, Buffer.from(signature, 'base64'));
}

test('it tells how soon operations were stored and proven, and is signed', async () => {
  await server.admin.buy('1.00');
  await server.admin.buy('2.00');
  await waitFor('the proof', async () => (await report()).notProven === 0);
  const whole = await report();
  expect(whole).toMatchObject({
    operations: 2,
    notStored: 0,
    notProven: 0,
    notOffsite: 2,
    drills: 0,
    recoveryMsWorst: null,
    failures: [],
  });
  expect(whole.changes).toBeGreaterThanOrEqual(2);
  expect(whole.storedMsMedian).toBeGreaterThan(0);
  expect(whole.storedMsWorst).toBeGreaterThanOrEqual(whole.storedMsMedian ?? Infinity);
  expect(whole.provenMsMedian).toBeGreaterThan(whole.storedMsMedian ?? Infinity);
  expect(whole.retention).toBe(
    'The newest 3 backups stay, every operation of the last 14 days can be restored, one of each of the last 4 weeks stays.',
  );
  expect(JSON.parse(whole.document)).toMatchObject({ operations: 2, storedMsMedian: whole.storedMsMedian });
  expect(isSigned(whole)).toBe(true);
  expect(isSigned({ ...whole, document: whole.document.replace('"operations":2', '"operations":3') })).toBe(false);
  const { pool, madeAt, to } = JSON.parse(whole.document) as Record<string, string>;
  expect(pool).toMatch(/^[0-9a-f-]{36}$/);
  // What is still to come is not told.
  expect(to).toBe(madeAt);
  // It is the same key each time.
  expect((await report()).publicKey).toBe(whole.publicKey);
});

test('what was committed outside of that time is not told', async () => {
  expect(await report('from: "2000-01-01T00:00:00Z", to: "2001-01-01T00:00:00Z"')).toMatchObject({
    operations: 0,
    changes: 0,
    storedMsMedian: null,
    notStored: 0,
  });
  const refusal = await refusalOf(report('from: "2001-01-01T00:00:00Z", to: "2000-01-01T00:00:00Z"'));
  expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringMatching(/^to /) as string });
});

test('what was stored on a timeline that a restore has left counts for nothing', async () => {
  const { stateDirectory } = backupSettings(server.storageDir, { keep: 3, verify: 'restore' });
  await recordBackup({ stateDirectory }, 'copied', { number: 9, uid: 'of another timeline' }, new Date());
  expect(await report()).toMatchObject({ notStored: 0, notOffsite: 2 });
});

test('a stretch of failures has a begin and an end, and a torn line costs nothing else', async () => {
  const settings = backupSettings(server.storageDir, { keep: 3, verify: 'restore' });
  const log = new BackupLog(settings.logFile);
  for (const problem of [null, 'The disk is full.', 'The disk is full.', null, null]) {
    await keepLastTry(settings, log, problem);
  }
  const record = path.join(settings.stateDirectory, 'record.jsonl');
  appendFileSync(record, '{"at":"2026-01-');
  appendFileSync(record, '\n');
  await keepLastTry(settings, log, 'The server is gone.');
  const { failures, operations } = await report();
  expect(operations).toBe(2);
  expect(failures).toEqual([
    { begin: expect.any(String) as string, end: expect.any(String) as string, problem: 'The disk is full.' },
    { begin: expect.any(String) as string, end: null, problem: 'The server is gone.' },
  ]);
  await keepLastTry(settings, log, null);
  expect(readFileSync(record, 'utf8').match(/"failing"/g)).toHaveLength(2);
});
