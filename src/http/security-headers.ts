import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

/** Nothing from elsewhere is ever loaded or framed. */
const SECURITY_POLICY = { defaultSrc: ["'self'"], frameAncestors: ["'none'"], upgradeInsecureRequests: null };

/**
 * The headers that tell browsers what to refuse, with small letters. They are the same for every answer: worked out for
 * each they take up to a fifth of what a short request costs.
 */
export function securityHeaders(): Record<string, string> {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  helmet({ contentSecurityPolicy: { directives: SECURITY_POLICY } })(response.req, response, () => undefined);
  return Object.fromEntries(Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]));
}
