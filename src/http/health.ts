import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { errorBody } from './authentication';
import { inTime } from './in-time';

const READY_TIMEOUT_MS = 2_000;

/**
 * GET /healthz: the process answers. GET /readyz: the server has started, takes requests, and its database answers within
 * two seconds and nothing is missing that a change needs.
 */
export function addHealthRoutes(
  app: FastifyInstance,
  options: { isReady: () => boolean; isStopping: () => boolean; whyNotWritable: () => Promise<string | null> },
): void {
  const { isReady, isStopping, whyNotWritable } = options;
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    if (isStopping()) return reply.code(503).send({ status: 'the server is stopping' });
    if (!isReady()) return reply.code(503).send({ status: 'the server is starting' });
    const answer = await inTime(
      whyNotWritable().then((problem) => ({ problem })),
      READY_TIMEOUT_MS,
    );
    if (answer?.problem === null) return { status: 'ok' };
    return reply.code(503).send({ status: answer?.problem ?? 'the database does not answer, or takes no writes' });
  });
}

/** Turns everybody away until the start is through: a right password would be refused where its account is made next. */
export function onceReady(isReady: () => boolean): onRequestHookHandler {
  return (_request, reply, done) => {
    if (isReady()) {
      done();
      return;
    }
    const message = 'The server is starting: nothing was changed, try again in a second.';
    void reply
      .code(503)
      .header('retry-after', '1')
      .send(errorBody({ code: 'SERVICE_UNAVAILABLE', message }));
  };
}
