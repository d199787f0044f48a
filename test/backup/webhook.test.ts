import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createSilentServer, type AddressInfo, type Server as Listener, type Socket } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { BackupLog } from '../../src/backup/core/log';
import { BackupWebhook, type WebhookBody, type WebhookOptions } from '../../src/backup/status/webhook';
import { startTestServer } from '../support/server';
import { allBackedUp } from '../support/traces';
import { placeBackup } from './backup-files';
import { temporaryFolder, waitFor } from './support';

const SECRET = 'hunter2';

let folder: string;
let receiver: Server;
let posts: { body: WebhookBody; request: IncomingMessage }[];
/** What the receiver does with a post; by default it says that all is well. */
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  folder = temporaryFolder();
  posts = [];
  answer = (response) => response.writeHead(204).end();
  receiver = createServer((request, response) => {
    void text(request).then((body) => {
      posts.push({ body: JSON.parse(body) as WebhookBody, request });
      answer(response);
    });
  });
  await listen(0);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((webhook) => webhook.stop()));
  receiver.closeAllConnections();
  receiver.close();
  rmSync(folder, { recursive: true });
});

const portOf = (server: Listener): number => (server.address() as AddressInfo).port;
const port = (): number => portOf(receiver);
const url = (): string => `http://127.0.0.1:${port()}/hooks/${SECRET}?token=${SECRET}`;
const logFile = (): string => path.join(folder, 'backup.log');
const logText = (): string => readFileSync(logFile(), 'utf8');
const events = (): string[] => posts.map(({ body }) => body.event);

function listen(at: number): Promise<void> {
  return new Promise((resolve) => receiver.listen(at, '127.0.0.1', resolve));
}

const FAST = { firstMs: 20, longestMs: 100, random: () => 0.5 };
const opened: BackupWebhook[] = [];

/** As a server that has just started. */
function open(address = url(), change: Partial<WebhookOptions> = {}): BackupWebhook {
  const log = new BackupLog(logFile());
  const settings = { stateDirectory: path.join(folder, 'state') };
  const webhook = new BackupWebhook({ url: address, log, settings, pauses: FAST, ...change });
  opened.push(webhook);
  return webhook;
}

async function tellAll(webhook: BackupWebhook, outcomes: (string | null)[]): Promise<void> {
  for (const outcome of outcomes) webhook.tell(outcome);
  await webhook.settled();
}

test('one post on the way down and one on the way up, whatever comes in between', async () => {
  await tellAll(open(), [null, 'No room.', 'No room.', 'No right.', null, null, 'No room.', null]);
  expect(posts.map(({ body }) => [body.event, body.problem])).toEqual([
    ['backup.failing', 'No room.'],
    ['backup.recovered', null],
    ['backup.failing', 'No room.'],
    ['backup.recovered', null],
  ]);
  const [first] = posts;
  expect(first?.request).toMatchObject({ method: 'POST', url: `/hooks/${SECRET}?token=${SECRET}` });
  expect(first?.request.headers['content-type']).toBe('application/json');
  expect(Object.keys(first?.body ?? {})).toEqual(['id', 'event', 'problem', 'at', 'coveredThrough', 'provenThrough']);
  expect(Math.abs(Date.parse(first?.body.at ?? '') - Date.now())).toBeLessThan(60_000);
});

test('each event tells how far the backups reach, where that can be told', async () => {
  const reaches = [() => Promise.resolve({ coveredThrough: 7, provenThrough: 5 }), () => Promise.reject(new Error())];
  for (const [i, reach] of reaches.entries()) await tellAll(open(url(), { reach }), [i === 0 ? 'No room.' : null]);
  expect(posts.map(({ body: { coveredThrough, provenThrough } }) => [coveredThrough, provenThrough])).toEqual([
    [7, 5],
    [null, null],
  ]);
});

test('a failure of another kind is told as well, once, across restarts too', async () => {
  const webhook = open();
  webhook.tell('It could not be made.');
  webhook.tell('There is no server.');
  webhook.tell('It is damaged.', 'DAMAGED');
  await webhook.settled();
  const next = open();
  next.tell('It is damaged.', 'DAMAGED');
  next.tell('A rule is broken.', 'UNSOUND');
  next.tell(null);
  await next.settled();
  expect(posts.map(({ body }) => body.problem)).toEqual([
    'It could not be made.',
    'It is damaged.',
    'A rule is broken.',
    null,
  ]);
  expect(events().slice(0, 3)).toEqual(Array.from({ length: 3 }, () => 'backup.failing'));
});

test('a restart repeats nothing, and tells what has changed meanwhile', async () => {
  await tellAll(open(), ['No room.']);
  await tellAll(open(), ['No room.', 'No room.']);
  expect(events()).toEqual(['backup.failing']);
  await tellAll(open(), [null]);
  await tellAll(open(), [null]);
  expect(events()).toEqual(['backup.failing', 'backup.recovered']);
});

test('a log that is rotated, or that takes no line, costs no post of the recovery after a restart', async () => {
  await tellAll(open(), ['No room.']);
  renameSync(logFile(), `${logFile()}.1`);
  await tellAll(open(), [null]);
  expect(events()).toEqual(['backup.failing', 'backup.recovered']);

  rmSync(logFile());
  // As on a full disk.
  mkdirSync(logFile());
  const written = await unseen(async () => {
    await tellAll(open(), ['No room.']);
    await tellAll(open(), ['No room.', null]);
    await tellAll(open(), [null]);
  });
  expect(events().slice(2)).toEqual(['backup.failing', 'backup.recovered']);
  expect(written).toMatch(/ INFO Told the webhook that backups fail: /);
});

/** Keeps standard error from the terminal. @returns what was written to it */
async function unseen(work: () => Promise<void>): Promise<string> {
  const written: string[] = [];
  const spy = jest.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  await work().finally(() => {
    spy.mockRestore();
  });
  return written.join('');
}

test('a receiver that answers 503 three times gets the event in the end, each time under the same id', async () => {
  answer = (response) => response.writeHead(posts.length <= 3 ? 503 : 204).end();
  const webhook = open();
  await tellAll(webhook, ['No room.', 'No room.']);
  await waitFor('the fourth post', () => posts.length === 4);
  await webhook.settled();
  expect(new Set(posts.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect(new Set(posts.map(({ request }) => request.headers['webhook-id']))).toEqual(new Set([posts[0]?.body.id]));
  const [first, second, third] = [...logText().matchAll(/answered with status 503; it is tried again in ([\d.]+) s/g)];
  expect([first?.[1], second?.[1], third?.[1]]).toEqual(['0.0', '0.0', '0.1']);
  expect(logText()).toContain(' INFO Told the webhook that backups fail: it answered with status 204.');
  // It is not posted once more, and the recovery has an id of its own.
  await tellAll(webhook, ['No room.', null]);
  expect(events().slice(4)).toEqual(['backup.recovered']);
  expect(posts[4]?.body.id).not.toBe(posts[0]?.body.id);
});

test('what one process could not tell, the next one does, in order and under the same ids', async () => {
  answer = (response) => response.writeHead(503).end();
  const slow = { firstMs: 400, longestMs: 400, random: () => 0.5 };
  const first = open(url(), { pauses: slow });
  await tellAll(first, ['No room.', null]);
  expect(events()).toEqual(['backup.failing']);
  await first.stop();
  answer = (response) => response.writeHead(204).end();
  const begun = performance.now();
  open(url(), { pauses: slow });
  await waitFor('both events', () => posts.length === 3);
  // The pause goes on across the restart.
  expect(performance.now() - begun).toBeGreaterThan(100);
  expect(events().slice(1)).toEqual(['backup.failing', 'backup.recovered']);
  expect(posts[1]?.body).toEqual(posts[0]?.body);
});

test('a receiver that is away for long gets the first failure, and no more than what it must know', async () => {
  const at = port();
  const webhook = open();
  receiver.close();
  await tellAll(webhook, ['No room.']);
  expect(logText()).toMatch(
    / WARN The webhook for backups could not be told: ECONNREFUSED; it is tried again in 0\.0 s\.\n/,
  );
  for (let i = 0; i < 20; i++) await tellAll(webhook, [null, 'No right.']);
  await tellAll(webhook, [null]);
  await listen(at);
  await waitFor('both events', () => posts.length === 2);
  expect(posts.map(({ body }) => body.problem)).toEqual(['No room.', null]);
});

test('of kinds that change while the receiver is away it gets the first and the last', async () => {
  const at = port();
  const webhook = open();
  receiver.close();
  await tellAll(webhook, ['Not made.']);
  for (let i = 0; i < 20; i++) {
    webhook.tell('Damaged.', 'DAMAGED');
    webhook.tell('Not made.');
    webhook.tell('Broken.', 'UNSOUND');
  }
  await webhook.settled();
  await listen(at);
  await waitFor('both events', () => posts.length === 2);
  expect(posts.map(({ body }) => body.problem)).toEqual(['Not made.', 'Broken.']);
});

test('a state file that is torn is as one that is missing, and is made again', async () => {
  await tellAll(open(), ['No room.']);
  const file = path.join(folder, 'state', 'webhook-backup.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  writeFileSync(file, readFileSync(file).subarray(0, 20));
  await tellAll(open(), [null, 'No room.']);
  expect(events()).toEqual(['backup.failing', 'backup.failing']);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ toldFailing: true, pending: [] });
});

test('where nothing can be written, what was told is known until the restart, and nothing is posted while all is well', async () => {
  const file = path.join(folder, 'file');
  writeFileSync(file, '');
  const nowhere = { settings: { stateDirectory: path.join(file, 'state') } };
  await tellAll(open(url(), nowhere), ['No room.', 'No room.', null, 'No room.']);
  await tellAll(open(url(), nowhere), [null]);
  expect(events()).toEqual(['backup.failing', 'backup.recovered', 'backup.failing']);
  expect(logText()).toMatch(/ WARN What the webhook was told is forgotten at the next start: /);
});

test.each<[string, string, () => Promise<Listener | null>, RegExp]>([
  ['that speaks no TLS', 'https:', () => Promise.resolve(null), /EPROTO|ERR_SSL/],
  ['with a certificate that nobody trusts', 'https:', untrusted, /DEPTH_ZERO_SELF_SIGNED_CERT/],
  ['that never ends the handshake', 'https:', silent, /no answer before the server stopped/],
  ['that speaks no HTTP', 'http:', () => raw('SSH-2.0-OpenSSH_10.0\r\n'), /HPE_\w+/],
])('a port %s has been told nothing, and is tried again', async (_what, protocol, start, why) => {
  const server = (await start()) ?? receiver;
  try {
    for (let round = 0; round < 2; round++) {
      const webhook = open(`${protocol}//127.0.0.1:${portOf(server)}/${SECRET}`);
      const connected = start === silent ? once(server, 'connection') : null;
      webhook.tell('No room.');
      // A post that hangs is told with the stop.
      if (connected !== null) await connected;
      else await waitFor('the try', () => existsSync(logFile()) && logText().split('\n').length > round + 1);
      await webhook.stop();
    }
  } finally {
    if (server !== receiver) server.close();
  }
  const failures = logText().trimEnd().split('\n');
  expect(failures.length).toBeGreaterThanOrEqual(2);
  for (const line of failures) {
    expect(line).toMatch(/ WARN The webhook for backups could not be told: [\w ]+; it is tried again in [\d.]+ s\.$/);
    expect(line).toMatch(why);
  }
});

function started(server: Listener): Promise<Listener> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      resolve(server);
    }),
  );
}

function untrusted(): Promise<Listener> {
  const at = (name: string): string => path.join(folder, name);
  const certificate = ['-newkey', 'rsa:2048', '-nodes', '-keyout', at('key'), '-out', at('certificate')];
  execFileSync('openssl', ['req', '-x509', ...certificate, '-days', '2', '-subj', '/CN=localhost'], { stdio: 'pipe' });
  const [key, cert] = [readFileSync(at('key')), readFileSync(at('certificate'))];
  return started(
    createSecureServer({ key, cert }, (request, response) => {
      posts.push({ body: {} as WebhookBody, request });
      response.end();
    }),
  );
}

function silent(): Promise<Listener> {
  return started(createSilentServer((socket) => socket.on('error', () => undefined).resume()));
}

function raw(answer: string): Promise<Listener> {
  return started(
    createSilentServer((socket) => socket.on('error', () => undefined).once('data', () => socket.end(answer))),
  );
}

test.each([500, 404, 302])('status %i does not count as told, and is followed nowhere', async (status) => {
  answer = (response) => response.writeHead(status, { location: `http://127.0.0.1:${port()}/elsewhere` }).end();
  await tellAll(open(), ['No room.']);
  await waitFor('another try', () => posts.length > 1);
  expect(posts.map(({ request }) => request.url)).not.toContain('/elsewhere');
  expect(logText()).toContain(` WARN The webhook for backups could not be told: it answered with status ${status}; `);
});

test('user and password of the address sign in to the receiver', async () => {
  await tellAll(open(url().replace('//', `//me:${SECRET}%40@`)), ['No room.']);
  const pair = Buffer.from(`me:${SECRET}@`).toString('base64');
  expect(posts[0]?.request.headers.authorization).toBe(`Basic ${pair}`);
});

test('a receiver that hangs holds up neither the telling nor, for long, a stop', async () => {
  const sockets: Socket[] = [];
  const hanging = await started(createSilentServer((socket) => sockets.push(socket)));
  const webhook = open(`http://127.0.0.1:${portOf(hanging)}/${SECRET}`);
  const began = performance.now();
  webhook.tell('No room.');
  expect(performance.now() - began).toBeLessThan(100);
  await waitFor('the post', () => sockets.length > 0);
  await webhook.stop();
  expect(performance.now() - began).toBeLessThan(5000);
  webhook.tell(null);
  await webhook.settled();
  // The HTTP client may open a connection in advance; only one carries a request.
  expect(sockets.filter(({ readableLength }) => readableLength > 0)).toHaveLength(1);
  for (const socket of sockets) socket.destroy();
  hanging.close();
  expect(logText()).toContain('The webhook for backups could not be told: no answer before the server stopped; ');
});

test('the address is in no line of the log, whatever goes wrong', async () => {
  const gone = url();
  receiver.close();
  const failures = (): number => (existsSync(logFile()) ? (logText().match(/could not be told/g)?.length ?? 0) : 0);
  for (const address of [
    gone,
    gone.replace('//', `//me:${SECRET}@`),
    `https://127.0.0.1:${new URL(gone).port}/${SECRET}`,
    `http://${SECRET}.invalid/${SECRET}`,
  ]) {
    const before = failures();
    const webhook = open(address);
    webhook.tell('No room.');
    await waitFor('the try', () => failures() > before);
    await webhook.stop();
  }
  expect(logText()).not.toContain(SECRET);
});

test('a server whose backups fail and work again posts twice, and is none the worse for a receiver that hangs', async () => {
  answer = (response) => response.on('error', () => undefined);
  const server = await startTestServer({ BACKUP_WEBHOOK_URL: url() });
  try {
    // Operations come, but no backup can be made: a file stands where its work folder belongs.
    const proofs = path.join(server.storageDir, 'app', 'proofs');
    await waitFor('the proof of the first backup', () => existsSync(proofs) && readdirSync(proofs).length > 0);
    const workFolder = path.join(server.storageDir, 'app', '.backup-work');
    rmSync(workFolder, { recursive: true, force: true });
    writeFileSync(workFolder, '');
    await server.admin.buy('1000.00');
    await waitFor('the post of the failure', () => posts.length === 1);
    rmSync(workFolder);
    // The hanging post is in nobody's way.
    await allBackedUp(server);
    expect(events()).toEqual(['backup.failing']);
    answer = (response) => response.writeHead(204).end();
    receiver.closeAllConnections();
    await waitFor('the post of the recovery', () => events().at(-1) === 'backup.recovered');
    expect(posts[0]?.body.problem).toMatch(/^The folder .*\.backup-work cannot be made or used: /);
    expect(posts.at(-1)?.body).toMatchObject({ event: 'backup.recovered', problem: null });
  } finally {
    await server.close();
  }
});

test('a server posts of a kept file that a check finds damaged, as of a proof, and nothing of its backups', async () => {
  const server = await startTestServer({ BACKUP_WEBHOOK_URL: url(), BACKUP_CHECK_EVERY: '1m' });
  try {
    await server.admin.buy('1000.00');
    await allBackedUp(server);
    const file = placeBackup(server.backups, new Date('2026-01-01T00:00:00Z'));
    writeFileSync(file, readFileSync(file, 'utf8').replace('VALUES (1)', 'VALUES (2)'));
    await waitFor('the post', () => posts.length > 0, 30_000);
    expect(posts.map(({ body }) => body)).toMatchObject([
      { event: 'proof.failing', coveredThrough: 1, provenThrough: 1 },
    ]);
    expect(posts[0]?.body.problem).toContain(`${file} is damaged: `);
  } finally {
    await server.close();
  }
}, 60_000);
