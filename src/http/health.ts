import type { FastifyInstance } from 'fastify';

const READY_TIMEOUT_MS = 2_000;

/** GET /healthz: the process answers. GET /readyz: so does its database, within two seconds. */
export function addHealthRoutes(app: FastifyInstance, pingDatabase: () => Promise<unknown>): void {
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    if (await answersInTime(pingDatabase)) return { status: 'ok' };
    return reply.code(503).send({ status: 'the database does not answer' });
  });
}

async function answersInTime(ping: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, READY_TIMEOUT_MS);
  });
  const answer = ping().then(
    () => true,
    () => false,
  );
  return Promise.race([answer, tooLate]).finally(() => {
    clearTimeout(timer);
  });
}
