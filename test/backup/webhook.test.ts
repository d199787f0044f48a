import { readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSilentServer, type AddressInfo, type Socket } from 'node:net';
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

const port = (): number => (receiver.address() as AddressInfo).port;
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
  const silent = createSilentServer((socket) => sockets.push(socket));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const webhook = await open(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/${SECRET}`);
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
  silent.close();
  expect(logText()).toContain('no answer before the server stopped');
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
