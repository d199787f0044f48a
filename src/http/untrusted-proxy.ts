import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

/**
 * Says once that a proxy stands before the server and is not trusted: all who come through it count as one address, and
 * each of them could use up the limits of the others.
 */
export function tellOfUntrustedProxy(app: FastifyInstance, log: Logger, trustedProxies: number): void {
  if (trustedProxies > 0) return;
  let isTold = false;
  app.addHook('onRequest', (request, _reply, done) => {
    if (!isTold && request.headers['x-forwarded-for'] !== undefined) {
      isTold = true;
      log.warn(
        'A request came with X-Forwarded-For, and TRUST_PROXY is not set: all who come through that proxy count as one ' +
          'address, so that wrong passwords of one of them can keep the others from signing in. Set TRUST_PROXY=true ' +
          'where the proxy is yours.',
      );
    }
    done();
  });
}
