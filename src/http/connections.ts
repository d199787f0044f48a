import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Shutdown cuts off a client that has not sent its whole request by then. */
const SEND_MS = 5_000;
/**
 * Shutdown waits for a request at most this long, which is longer than an operation is normally retried. One that commits
 * later is backed up by the next start.
 */
export const LONGEST_REQUEST_MS = 90_000;

/**
 * Lets the server close promptly: ends idle connections at once, and the others with their answer. Node's own
 * closeIdleConnections misses connections that never carried a request, which browsers open in advance.
 */
export function closePromptly(app: FastifyInstance): void {
  const free = new Set<Socket>();
  const newest = new Map<Socket, IncomingMessage>();
  let closing = false;
  app.server.on('connection', (socket) => {
    if (closing) socket.destroy();
    free.add(socket);
    socket.once('close', () => {
      free.delete(socket);
      newest.delete(socket);
    });
  });
  app.server.on('request', (request: IncomingMessage, response) => {
    const { socket } = request;
    free.delete(socket);
    newest.set(socket, request);
    response.once('close', () => {
      if (closing) socket.end();
      else if (!socket.destroyed) free.add(socket);
    });
  });
  app.addHook('preClose', (done) => {
    closing = true;
    for (const socket of free) socket.destroy();
    // Node stops its own request timeouts when a server closes.
    setTimeout(() => {
      for (const [socket, { complete }] of newest) if (!complete) socket.destroy();
    }, SEND_MS).unref();
    // A client that reads its answer more slowly loses it.
    setTimeout(() => {
      app.server.closeAllConnections();
    }, LONGEST_REQUEST_MS).unref();
    done();
  });
}
