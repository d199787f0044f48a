import type { FastifyInstance } from 'fastify';
import { errorBody } from './authentication';

/** Ten database connections serve that many within a second or two; whoever comes beyond is told at once. */
const MAX_IN_FLIGHT = 256;
const RETRY_AFTER_SECONDS = 1;

/** Refuses requests beyond a bound with 503 before they are read, so that those under way are still answered. */
export function limitInFlight(app: FastifyInstance, prefix = /^\/(admin\/)?graphql\b/): void {
  let inFlight = 0;
  app.addHook('onRequest', async (request, reply) => {
    if (!prefix.test(request.url)) return;
    if (inFlight >= MAX_IN_FLIGHT) {
      const message = 'The server is busy with other requests: try again in a second.';
      await reply
        .code(503)
        .header('retry-after', RETRY_AFTER_SECONDS)
        .send(errorBody({ code: 'SERVICE_UNAVAILABLE', message }));
      return;
    }
    inFlight += 1;
    // Whichever way it ends: answered, failed, or given up by the client.
    reply.raw.once('close', () => {
      inFlight -= 1;
    });
  });
}
