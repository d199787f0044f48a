import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createSilentServer, type AddressInfo, type Server as Listener, type Socket } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { BackupLog } from '../../src/backup/log';
import { BackupWebhook, type WebhookBody } from '../../src/backup/webhook';
import { startTestServer } from '../support/server';
import { allBackedUp } from '../support/traces';
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
afterEach(() => {
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

/** As a server that has just started. */
function open(address = url()): Promise<BackupWebhook> {
  return BackupWebhook.open(address, new BackupLog(logFile()), logFile());
}

async function tellAll(webhook: BackupWebhook, outcomes: (string | null)[]): Promise<void> {
  for (const outcome of outcomes) webhook.tell(outcome);
  await webhook.settled();
}

test('one post on the way down and one on the way up, whatever comes in between', async () => {
  await tellAll(await open(), [null, 'No room.', 'No room.', 'No right.', null, null, 'No room.', null]);
  expect(posts.map(({ body }) => [body.event, body.problem])).toEqual([
    ['backup.failing', 'No room.'],
    ['backup.recovered', null],
    ['backup.failing', 'No room.'],
    ['backup.recovered', null],
  ]);
  const [first] = posts;
  expect(first?.request).toMatchObject({ method: 'POST', url: `/hooks/${SECRET}?token=${SECRET}` });
  expect(first?.request.headers['content-type']).toBe('application/json');
  expect(Object.keys(first?.body ?? {})).toEqual(['event', 'problem', 'at']);
  expect(Math.abs(Date.parse(first?.body.at ?? '') - Date.now())).toBeLessThan(60_000);
});

test('a restart repeats nothing, and tells what has changed meanwhile', async () => {
  await tellAll(await open(), ['No room.']);
  await tellAll(await open(), ['No room.', 'No room.']);
  expect(events()).toEqual(['backup.failing']);
  await tellAll(await open(), [null]);
  await tellAll(await open(), [null]);
  expect(events()).toEqual(['backup.failing', 'backup.recovered']);
});

test('a log that is rotated, or that takes no line, costs no post of the recovery after a restart', async () => {
  await tellAll(await open(), ['No room.']);
  renameSync(logFile(), `${logFile()}.1`);
  await tellAll(await open(), [null]);
  expect(events()).toEqual(['backup.failing', 'backup.recovered']);

  rmSync(logFile());
  // As on a full disk.
  mkdirSync(logFile());
  const written = await unseen(async () => {
    await tellAll(await open(), ['No room.']);
    await tellAll(await open(), ['No room.', null]);
    await tellAll(await open(), [null]);
  });
  expect(events().slice(2)).toEqual(['backup.failing', 'backup.recovered']);
  expect(written).toMatch(/ INFO Told the webhook that backups fail: /);
});

test('where nothing can be written, it is known until the restart, and then nothing is posted while all is well', async () => {
  const file = path.join(folder, 'file');
  writeFileSync(file, '');
  const openThere = (): Promise<BackupWebhook> => {
    const inFile = path.join(file, 'backup.log');
    return BackupWebhook.open(url(), new BackupLog(inFile), inFile);
  };
  const written = await unseen(async () => {
    await tellAll(await openThere(), ['No room.', 'No room.', null, 'No room.']);
    await tellAll(await openThere(), [null]);
  });
  expect(events()).toEqual(['backup.failing', 'backup.recovered', 'backup.failing']);
  expect(written).toMatch(/ WARN What the webhook was told is forgotten at the next start: /);
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

test('a receiver that could not be reached is told at the next failure, and no more then', async () => {
  const at = port();
  const webhook = await open();
  receiver.close();
  await tellAll(webhook, ['No room.']);
  expect(logText()).toMatch(/ WARN The webhook for backups could not be told: ECONNREFUSED\.\n$/);
  await listen(at);
  await tellAll(webhook, ['No room.', 'No room.']);
  expect(events()).toEqual(['backup.failing']);
});

test.each<[string, string, () => Promise<Listener | null>, RegExp]>([
  ['that speaks no TLS', 'https:', () => Promise.resolve(null), /EPROTO|ERR_SSL/],
  ['with a certificate that nobody trusts', 'https:', untrusted, /DEPTH_ZERO_SELF_SIGNED_CERT/],
  ['that never ends the handshake', 'https:', silent, /no connection before the server stopped/],
  ['that speaks no HTTP', 'http:', () => raw('SSH-2.0-OpenSSH_10.0\r\n'), /HPE_\w+/],
])('a port %s has been told nothing, and is tried again at the next failure', async (_what, protocol, start, why) => {
  const server = (await start()) ?? receiver;
  try {
    for (let round = 0; round < 2; round++) {
      const webhook = await open(`${protocol}//127.0.0.1:${portOf(server)}/${SECRET}`);
      webhook.tell('No room.');
      await webhook.stop();
    }
  } finally {
    if (server !== receiver) server.close();
  }
  const failures = logText().trimEnd().split('\n');
  expect(failures).toHaveLength(2);
  for (const line of failures) {
    expect(line).toMatch(/ WARN The webhook for backups could not be told: [\w ]+\.$/);
    expect(line).toMatch(why);
  }
  expect(events()).toEqual([]);
  await tellAll(await open(), ['No room.']);
  expect(events()).toEqual(['backup.failing']);
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

test('what nobody was told of need not be taken back', async () => {
  const at = port();
  const webhook = await open();
  receiver.close();
  await tellAll(webhook, ['No room.']);
  await listen(at);
  await tellAll(webhook, [null]);
  expect(events()).toEqual([]);
});

test.each([500, 302])(
  'a receiver that answers with status %i has been told once, and is followed nowhere',
  async (status) => {
    answer = (response) => response.writeHead(status, { location: `http://127.0.0.1:${port()}/elsewhere` }).end();
    await tellAll(await open(), ['No room.', 'No room.', null]);
    expect(events()).toEqual(['backup.failing', 'backup.recovered']);
    expect(posts.map(({ request }) => request.url)).not.toContain('/elsewhere');
    expect(logText()).toContain(` WARN Told the webhook that backups fail: it answered with status ${status}.`);
  },
);

test('user and password of the address sign in to the receiver', async () => {
  await tellAll(await open(url().replace('//', `//me:${SECRET}%40@`)), ['No room.']);
  const pair = Buffer.from(`me:${SECRET}@`).toString('base64');
  expect(posts[0]?.request.headers.authorization).toBe(`Basic ${pair}`);
});

test('a receiver that hangs holds up neither the telling nor, for long, a stop', async () => {
  const sockets: Socket[] = [];
  const hanging = await started(createSilentServer((socket) => sockets.push(socket)));
  const webhook = await open(`http://127.0.0.1:${portOf(hanging)}/${SECRET}`);
  const began = performance.now();
  webhook.tell('No room.');
  expect(performance.now() - began).toBeLessThan(100);
  await waitFor('the post', () => sockets.length > 0);
  await webhook.stop();
  expect(performance.now() - began).toBeLessThan(5000);
  webhook.tell(null);
  await webhook.settled();
  expect(sockets).toHaveLength(1);
  for (const socket of sockets) socket.destroy();
  hanging.close();
  expect(logText()).toContain('Told the webhook that backups fail: no answer before the server stopped');
});

test('the address is in no line of the log, whatever goes wrong', async () => {
  const gone = url();
  receiver.close();
  for (const address of [
    gone,
    gone.replace('//', `//me:${SECRET}@`),
    `https://127.0.0.1:${new URL(gone).port}/${SECRET}`,
    `http://${SECRET}.invalid/${SECRET}`,
  ]) {
    await tellAll(await open(address), ['No room.', null]);
  }
  expect(logText().match(/could not be told/g)).toHaveLength(4);
  expect(logText()).not.toContain(SECRET);
});

test('a server whose backups fail and work again posts twice, and is none the worse for a receiver that hangs', async () => {
  answer = (response) => response.on('error', () => undefined);
  const server = await startTestServer({ BACKUP_WEBHOOK_URL: url() });
  try {
    // Operations come, but no backup can be made: a table that it must dump is gone from its view.
    await server.database.query('CREATE TABLE shelf (id INT PRIMARY KEY)');
    await server.database.query('CREATE VIEW broken AS SELECT id FROM shelf');
    await server.database.query('DROP TABLE shelf');
    await server.admin.buy('1000.00');
    await waitFor('the post of the failure', () => posts.length === 1);
    await server.database.query('DROP VIEW broken');
    // The hanging post is in nobody's way.
    await allBackedUp(server);
    expect(events()).toEqual(['backup.failing']);
    answer = (response) => response.writeHead(204).end();
    receiver.closeAllConnections();
    await waitFor('the post of the recovery', () => posts.length === 2);
    expect(posts[0]?.body.problem).toMatch(/^The dump failed: /);
    expect(posts[1]?.body).toMatchObject({ event: 'backup.recovered', problem: null });
  } finally {
    await server.close();
  }
});
