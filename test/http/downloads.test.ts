import { get, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import fastify, { type FastifyInstance } from 'fastify';
import { Downloads } from '../../src/http/downloads';

const NEVER_MS = 600_000;
const PART = 'x'.repeat(64 * 1024);

/** A server that sends a file without end. */
async function serverWith(times: { idleMs: number; mostMs: number }): Promise<FastifyInstance> {
  const downloads = new Downloads(times);
  const app = fastify();
  app.get('/', (request, reply) => {
    downloads.begin(1, request, reply);
    downloads.sending(reply);
    return reply.send(Readable.from(parts()));
  });
  await app.listen();
  return app;
}

function* parts(): Generator<string> {
  for (;;) yield PART;
}

async function download(app: FastifyInstance): Promise<IncomingMessage> {
  const url = app.listeningOrigin;
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, resolve).on('error', reject);
  });
}

const cutOff = (app: FastifyInstance): Promise<unknown> =>
  new Promise((resolve) => {
    app.server.once('connection', (socket) => socket.once('close', resolve));
  });

test('a reader that takes nothing is cut off', async () => {
  const app = await serverWith({ idleMs: 100, mostMs: NEVER_MS });
  const over = cutOff(app);
  const answer = await download(app);
  answer.on('error', () => undefined);
  await over;
  answer.destroy();
  await app.close();
});

test('one that goes on reading is cut off once it has taken too long', async () => {
  const app = await serverWith({ idleMs: NEVER_MS, mostMs: 200 });
  const over = cutOff(app);
  const answer = await download(app);
  answer.on('error', () => undefined).resume();
  await over;
  await app.close();
});
