import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Lets the server close promptly: ends connections that carry no request at once, and the others with their answer.
 * Node ends those alone that were used before and wait, and browsers keep some that they opened in advance.
 */
export function closePromptly(app: FastifyInstance): void {
  const free = new Set<Socket>();
  let closing = false;
  app.server.on('connection', (socket) => {
    if (closing) socket.destroy();
    free.add(socket);
    socket.once('close', () => free.delete(socket));
  });
  app.server.on('request', ({ socket }, response) => {
    free.delete(socket);
    response.once('close', () => {
      if (closing) socket.end();
      else if (!socket.destroyed) free.add(socket);
    });
  });
  app.addHook('preClose', (done) => {
    closing = true;
    for (const socket of free) socket.destroy();
    done();
  });
}
