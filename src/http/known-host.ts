import type { FastifyInstance } from 'fastify';
import { errorBody } from './authentication';

/** Probes ask by address. */
const PROBES = /^\/(healthz|readyz|metrics)\b/;
/** Programs on this machine; no page elsewhere has such a name. */
const OURSELVES = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
const MISDIRECTED = 421;

/**
 * Refuses requests that ask for another host than PUBLIC_URL's, or this machine's own: a page elsewhere whose name was made to lead here could
 * else read answers as its own (DNS rebinding). What counts is Host, which no page can set, and not X-Forwarded-Host, which
 * every page can: a proxy must pass Host on.
 * @param publicUrl null: every host is answered
 */
export function refuseUnknownHosts(app: FastifyInstance, publicUrl: URL | null): void {
  if (publicUrl === null) return;
  app.addHook('onRequest', async (request, reply) => {
    const host = hostOf(publicUrl.protocol, request.headers.host ?? '');
    if (PROBES.test(request.url) || host === publicUrl.host || OURSELVES.test(host ?? '')) return;
    const message = `The request asks for another host than this server's: use ${publicUrl.origin}.`;
    await reply.code(MISDIRECTED).send(errorBody({ code: 'BAD_REQUEST', message }));
  });
}

/** As a URL writes it: in small letters, without the port that its protocol has anyway. */
function hostOf(protocol: string, host: string): string | null {
  return URL.canParse(`${protocol}//${host}`) ? new URL(`${protocol}//${host}`).host : null;
}
