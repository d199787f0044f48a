import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** A client that has not sent its request to the end by then is not waited for. */
const SEND_MS = 5_000;
/** Longer than operations are tried, but for the unluckiest: what they commit, the next start backs up. */
export const LONGEST_REQUEST_MS = 90_000;

/**
 * Lets the server close promptly: ends connections that carry no request at once, and the others with their answer.
 * Node ends those alone that were used before and wait, and browsers keep some that they opened in advance.
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
    // From here on Node watches over no time-outs of its own.
    setTimeout(() => {
      for (const [socket, { complete }] of newest) if (!complete) socket.destroy();
    }, SEND_MS).unref();
    // Whoever reads an answer more slowly loses it.
    setTimeout(() => {
      app.server.closeAllConnections();
    }, LONGEST_REQUEST_MS).unref();
    done();
  });
}
