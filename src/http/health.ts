import type { FastifyInstance } from 'fastify';
import { inTime } from './in-time';

const READY_TIMEOUT_MS = 2_000;

/** GET /healthz: the process answers. GET /readyz: so does its database, within two seconds. */
export function addHealthRoutes(app: FastifyInstance, pingDatabase: () => Promise<unknown>): void {
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const answered = await inTime(
      pingDatabase().then(() => true),
      READY_TIMEOUT_MS,
    );
    if (answered === true) return { status: 'ok' };
    return reply.code(503).send({ status: 'the database does not answer' });
  });
}
