import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorBody } from './authentication';
import { LONGEST_REQUEST_MS } from './connections';
import { Turns } from './turns';

/** Whether they wait, are worked on or still come in: each holds memory. */
const MAX_IN_FLIGHT = 160;
/** Somewhat more than there are connections to the database, since not all that is done asks it. */
const AT_ONCE = 16;
/** So many may wait whatever it takes: a hundred people at once are no overload. */
const MAY_WAIT = 100;
/** Beyond them: where somebody has waited for this long, whoever comes now would wait for longer still. */
const BUSY_AFTER_MS = 750;
/** Whoever waited for this long is told so, rather than that the work begins: the client has given up, or soon will. */
const MAX_WAIT_MS = 15_000;

const RETRY_AFTER_SECONDS = 1;

const GRAPHQL = /^\/(admin\/)?graphql\b/;

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/**
 * Keeps the server from collapsing under more requests than it can serve: a few are worked on at a time, the others
 * wait in their order, and while too many wait for too long new ones are refused with 503 before they are read. So those
 * that are taken get their answer in seconds, however many come.
 * @returns what makes a handler wait for its turn
 */
export function limitInFlight(app: FastifyInstance): (handler: Handler) => Handler {
  const inFlight = new InFlight();
  const turns = new Turns(AT_ONCE);

  app.addHook('onRequest', async (request, reply) => {
    // By the route: the path itself may be spelled in other ways.
    if (!GRAPHQL.test(request.routeOptions.url ?? '')) return;
    const isBusy = turns.waiting >= MAY_WAIT && turns.longestWaitMs > BUSY_AFTER_MS;
    if (isBusy || inFlight.count >= MAX_IN_FLIGHT) {
      await refuse(reply);
      return;
    }
    inFlight.add(request.raw.socket, reply.raw);
  });

  let longEnough: Promise<void> | undefined;
  app.addHook('preClose', (done) => {
    longEnough = pause(LONGEST_REQUEST_MS, undefined, { ref: false });
    done();
  });
  // Whose client has left goes on, and may be about to commit: the server ends after it, and after its backup.
  app.addHook('onClose', () => Promise.race([turns.over(), longEnough]));

  return (handler) => (request, reply) =>
    turns.take(async (waitedMs) => {
      // Nobody is there any more to read the answer.
      if (request.raw.socket.destroyed) return reply.hijack();
      return waitedMs > MAX_WAIT_MS ? refuse(reply) : handler(request, reply);
    });
}

function refuse(reply: FastifyReply): FastifyReply {
  const message = 'The server is busy with other requests: try again in a second.';
  return reply
    .code(503)
    .header('retry-after', RETRY_AFTER_SECONDS)
    .send(errorBody({ code: 'SERVICE_UNAVAILABLE', message }));
}

/** Counts requests until they end, whichever way: answered, failed, or given up by the client. */
class InFlight {
  count = 0;
  private readonly byConnection = new WeakMap<Socket, Set<ServerResponse>>();

  add(connection: Socket, response: ServerResponse): void {
    const open = this.byConnection.get(connection) ?? this.watch(connection);
    open.add(response);
    this.count += 1;
    response.once('close', () => {
      if (open.delete(response)) this.count -= 1;
    });
  }

  /** Answers that queue behind another one never hear that their connection has gone. */
  private watch(connection: Socket): Set<ServerResponse> {
    const open = new Set<ServerResponse>();
    this.byConnection.set(connection, open);
    connection.once('close', () => {
      this.count -= open.size;
      open.clear();
    });
    return open;
  }
}
