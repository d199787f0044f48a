import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { BackupLog } from '../../src/backup/core/log';
import type { BackupStatus } from '../../src/backup/status/backup-service';
import { Heartbeat, type HeartbeatOptions } from '../../src/backup/status/heartbeat';
import { startTestServer } from '../support/server';
import { temporaryFolder, waitFor } from './support';

const EVERY_MS = 80;

let folder: string;
let receiver: Server;
let asked: IncomingMessage[];
let code: number;
let status: Partial<BackupStatus>;
/** The newest operation that is off-site. */
let offsite: number;
let heartbeat: Heartbeat | null;

beforeEach(async () => {
  folder = temporaryFolder();
  asked = [];
  code = 200;
  heartbeat = null;
  offsite = 3;
  status = {
    ...{ healthy: true, verify: 'restore', isProofDue: false },
    ...{ lastOperation: 3, coveredThrough: 3, provenThrough: 3 },
    ...{ lastChange: 9, changesStoredThrough: 9, changesProvenThrough: 9 },
  };
  receiver = createServer((request, response) => {
    asked.push(request);
    response.writeHead(code).end('OK');
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await heartbeat?.stop();
  receiver.closeAllConnections();
  receiver.close();
  rmSync(folder, { recursive: true });
});

const port = (): number => (receiver.address() as AddressInfo).port;
const logFile = (): string => path.join(folder, 'backup.log');
const paths = (): (string | undefined)[] => asked.map(({ url }) => url);

function begin(place = '/ping/secret-id', change: Partial<HeartbeatOptions> = {}): void {
  heartbeat = new Heartbeat({
    url: `http://127.0.0.1:${port()}${place}`,
    everyMs: EVERY_MS,
    log: new BackupLog(logFile()),
    status: () => Promise.resolve(status as BackupStatus),
    isOffsite: ({ lastOperation }) => Promise.resolve(offsite >= lastOperation),
    ...change,
  });
}

/** So long that it would have asked, had it asked at all. */
const silence = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 4 * EVERY_MS));

test('while all is stored, proven and off-site it asks once an interval, by GET', async () => {
  const begun = performance.now();
  begin();
  await waitFor('a sign of life', () => asked.length >= 4);
  expect(performance.now() - begun).toBeGreaterThanOrEqual(3 * EVERY_MS - 5);
  expect(new Set(asked.map(({ method, url }) => `${method ?? ''} ${url ?? ''}`))).toEqual(
    new Set(['GET /ping/secret-id']),
  );
});

test.each<[string, Partial<BackupStatus>, number]>([
  ['not stored', { coveredThrough: 2, provenThrough: 2 }, 3],
  ['not proven', { provenThrough: 2, isProofDue: true }, 3],
  ['a change that is not stored', { changesStoredThrough: 8 }, 3],
  ['a change that is not proven', { changesProvenThrough: 8, isProofDue: true }, 3],
  ['not off-site', {}, 2],
])('%s: silence, until it is', async (_, lacking, there) => {
  const whole = status;
  status = { ...status, ...lacking };
  offsite = there;
  begin();
  await silence();
  expect(asked).toEqual([]);
  status = whole;
  offsite = 3;
  await waitFor('a sign of life', () => asked.length > 0);
  expect(paths()[0]).toBe('/ping/secret-id');
});

test('a pool that never rests is well where what was there at the beginning of each interval is done', async () => {
  let last = 10;
  begin(undefined, {
    status: () => {
      last += 1;
      offsite = last - 3;
      // The newest is never done, what was the newest two looks before is.
      const numbers = { lastOperation: last, coveredThrough: last - 2, provenThrough: last - 2, isProofDue: true };
      return Promise.resolve({ ...status, ...numbers } as BackupStatus);
    },
  });
  await waitFor('a sign of life', () => asked.length >= 3);
  expect(new Set(paths())).toEqual(new Set(['/ping/secret-id']));
});

test('an operation whose backup is proven and not off-site yet: silence', async () => {
  const whole = { ...status, lastOperation: 4, coveredThrough: 4, provenThrough: 4 };
  status = { ...status, lastOperation: 4, isProofDue: true };
  begin();
  await silence();
  status = whole;
  await silence();
  expect(asked).toEqual([]);
  offsite = 4;
  await waitFor('a sign of life', () => asked.length > 0);
});

test('what a restore took away is not waited for', async () => {
  const before = status;
  status = { ...status, lastOperation: 4, lastChange: 12, isProofDue: true };
  begin();
  await silence();
  expect(asked).toEqual([]);
  status = before;
  await waitFor('a sign of life', () => asked.length > 0);
});

test('with BACKUP_VERIFY=checksum nothing waits for a proof', async () => {
  status = { ...status, verify: 'checksum', provenThrough: 0, changesProvenThrough: 0 };
  begin();
  await waitFor('a sign of life', () => asked.length > 0);
});

test.each([
  ['/ping/id', '/ping/id/fail'],
  ['/ping/id/?rid=7', '/ping/id/fail?rid=7'],
  ['/api/push/id?status=up&msg=OK', '/api/push/id?status=down&msg=OK'],
])('trouble at %s is told at %s', async (place, expected) => {
  status = { ...status, healthy: false, problem: 'The disk is full.' };
  begin(place);
  await waitFor('a sign of life', () => asked.length > 0);
  expect(paths()[0]).toBe(expected);
});

test('a database that does not answer is trouble', async () => {
  begin('/', { status: () => Promise.reject(new Error('connect ECONNREFUSED')) });
  await waitFor('a sign of life', () => asked.length > 0);
  expect(paths()[0]).toBe('/fail');
});

test('a receiver that refuses is told once in the log, without the address, and asked until it takes it', async () => {
  code = 500;
  begin(undefined);
  await waitFor('a sign of life', () => asked.length >= 3);
  code = 200;
  await waitFor('a sign of life', () => existsSync(logFile()) && readFileSync(logFile(), 'utf8').includes('again.\n'));
  const lines = readFileSync(logFile(), 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => line.replace(/^\S+ /, ''))).toEqual([
    'WARN HEARTBEAT_URL does not take the sign of life (it answered with 500): it is asked again until it does.',
    'INFO HEARTBEAT_URL takes the sign of life again.',
  ]);
});

test('user and password of the address are sent as such', async () => {
  begin('/', { url: `http://us%40er:pa%3Ass@127.0.0.1:${port()}/x` });
  await waitFor('a sign of life', () => asked.length > 0);
  const [, sent = ''] = asked[0]?.headers.authorization?.split(' ') ?? [];
  expect(Buffer.from(sent, 'base64').toString()).toBe('us@er:pa:ss');
});

test('a server tells that all is well, and that its backups are gone', async () => {
  const url = `http://127.0.0.1:${port()}/ping`;
  const settings = {
    HEARTBEAT_URL: url,
    HEARTBEAT_EVERY: '1s',
    BACKUP_VERIFY: 'checksum',
    BACKUP_CHANGES_WITHIN: '1s',
  };
  const server = await startTestServer(settings);
  try {
    await waitFor('a sign of life', () => asked.length > 0);
    expect(new Set(paths())).toEqual(new Set(['/ping']));
    await server.database.query('UPDATE pool SET lastOperation = 7');
    await waitFor('a sign of life', () => paths().includes('/ping/fail'));
  } finally {
    await server.close();
  }
});
