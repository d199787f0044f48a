import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** The server cannot listen on its address; the message names the address, the reason and the setting to change. */
class ListenError extends Error {
  override readonly name = 'ListenError';
}

/**
 * Connections that may wait while the server is busy; the operating system's own limit (net.core.somaxconn) holds as well.
 * Without room a client's system tries again after 1, 3, 7, 15 and 31 seconds, where a refusal would come at once.
 */
const BACKLOG = 4096;

/**
 * @returns the address, such as "http://127.0.0.1:4000"
 * @throws ListenError where the port is taken or the host is no address of this machine
 */
export async function listen(
  app: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string> {
  try {
    await app.listen({ host, port, backlog: BACKLOG });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      EADDRINUSE: `Port ${port} on ${host} is taken by another process: set PORT to a free one, or to 0.`,
      EACCES: `Port ${port} on ${host} may not be used by this user: set PORT to 1024 or more.`,
      EADDRNOTAVAIL: `HOST ${host} is no address of this machine.`,
      ENOTFOUND: `HOST ${host} is no address of this machine.`,
      EAI_AGAIN: `HOST ${host} cannot be looked up now: set it to an address of this machine.`,
    };
    throw new ListenError(reasons[code ?? ''] ?? `Port ${port} on ${host} cannot be listened on: ${message}.`);
  }
  const bound = app.server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${bound.port}`;
}
