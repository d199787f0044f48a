import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { OperationQueue } from '../services/operation-queue';
import { Turns } from '../services/turns';
import { errorBody } from './authentication';
import { LONGEST_REQUEST_MS } from './connections';
import { isStranger } from './strangers';

/**
 * Requests that arrive, wait or are worked on: each holds memory. Operations in their queue have their own
 * bound.
 */
const MAX_IN_FLIGHT = 160;
/** Requests that are worked on: somewhat more than there are database connections, since not every step uses one. */
const AT_ONCE = 16;
/** So many may wait for any time: a hundred people at once are no overload. */
const MAY_WAIT = 100;
/** With more than MAY_WAIT waiting and the first for this long, new requests are refused: they would wait longer still. */
const BUSY_AFTER_MS = 750;
/** A request that waited for this long is refused: its client has given up, or soon will. */
const MAX_WAIT_MS = 15_000;

/** After a longer wait for its turn the account of a request is looked up once more. */
export const AT_ONCE_MS = 50;

const RETRY_AFTER_SECONDS = 1;

/** The addresses behind which the database is asked. */
const WORK = /^\/((admin\/)?graphql|exports)\b/;

declare module 'fastify' {
  interface FastifyInstance {
    /** Resolves once no GraphQL request runs or waits, or after 90 s. For a server that takes no more. */
    requestsOver(): Promise<void>;
  }
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
/** @param waitedMs how long the request has waited for its turn, in ms */
type HandlerInTurn = (request: FastifyRequest, reply: FastifyReply, waitedMs: number) => Promise<unknown>;

export interface InTurn {
  /** Makes a handler wait for its turn. It must not wait for its answer to be sent: a reader would hold the turn. */
  handle: (handler: HandlerInTurn) => Handler;
  /** A further turn, for what comes after the first part of an answer. @throws TurnNeverCame after 15 s */
  take: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Guards against overload: a few requests are worked on at a time, the others wait in order, and while too many wait for
 * too long, new ones are refused with 503 before their body is read. Accepted requests are answered within seconds.
 * An operation that waits for its turn uses no database connection, and counts as none of these few: otherwise waiting
 * operations would keep all reads waiting.
 * @param isStopping true if new requests are refused, since the server is about to end
 */
export function limitInFlight(app: FastifyInstance, operations: OperationQueue, isStopping: () => boolean): InTurn {
  const inFlight = new InFlight();
  const turns = new Turns(() => AT_ONCE + operations.waiting);
  operations.onWaiting(() => {
    turns.admit();
  });

  app.addHook('onRequest', async (request, reply) => {
    // By the route: the path itself may be spelled in other ways.
    if (!WORK.test(request.routeOptions.url ?? '')) return;
    if (isStopping()) {
      await refuse(reply, 'The server is stopping: try again in a moment.');
      return;
    }
    // They wait in a line of their own, once their body is there.
    if (isStranger(request)) return;
    const isBusy = turns.waiting >= MAY_WAIT && turns.longestWaitMs > BUSY_AFTER_MS;
    if (isBusy || inFlight.count - operations.waiting >= MAX_IN_FLIGHT) {
      await refuse(reply);
      return;
    }
    inFlight.add(request.raw.socket, reply.raw);
  });

  let over: Promise<void> | undefined;
  // A request keeps running after its client disconnects, because it may be about to commit: a stop waits for it.
  app.decorate('requestsOver', () => {
    over ??= Promise.race([turns.over(), pause(LONGEST_REQUEST_MS, undefined, { ref: false })]);
    return over;
  });
  app.addHook('preClose', (done) => {
    void app.requestsOver();
    done();
  });
  app.addHook('onClose', () => app.requestsOver());

  return {
    handle: (handler) => async (request, reply) => {
      // A reply is a promise of its end: it is given back outside of the turn, since a reader decides when that is.
      const answer = await turns.take(async (waitedMs) => {
        // The client has disconnected while it waited: nothing was begun for it.
        if (request.raw.socket.destroyed) return () => reply.hijack();
        if (waitedMs > MAX_WAIT_MS) return () => refuse(reply);
        const done = await handler(request, reply, waitedMs);
        return () => done;
      });
      return answer();
    },
    take: (work) => turns.take(work, MAX_WAIT_MS),
  };
}

const BUSY = 'The server is busy with other requests: try again in a second.';

function refuse(reply: FastifyReply, message = BUSY): FastifyReply {
  return reply
    .code(503)
    .header('retry-after', RETRY_AFTER_SECONDS)
    .send(errorBody({ code: 'SERVICE_UNAVAILABLE', message }));
}

/** Counts requests until they end: answered, failed, or given up by the client. */
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

  /** A pipelined answer that queues behind another one gets no `close` event when its connection ends. */
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
