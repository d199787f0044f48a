import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Logger } from 'pino';
import type { Services } from '../services';
import type { ErrorCode } from '../services/error-codes';
import { Refusal } from '../services/errors';
import { errorBody } from './authentication';
import { changeExports } from './change-exports';
import type { ExportLink, Given } from './export-link';
import { AT_ONCE_MS } from './in-flight';
import { checkParameters } from './link-parameters';
import type { RefusalLines } from './refusal-lines';
import { statementExports } from './statement-exports';

/** Finds the account that asks. */
type Gate = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

interface ExportOptions {
  services: Services;
  /** Before anything else is done for a request. */
  onRequest: onRequestHookHandler[];
  /** Sets the viewer. */
  viewerOf: Gate;
  /** Makes a handler wait for its turn; it is told for how long it waited, in ms. */
  inTurn: (handler: (request: FastifyRequest, reply: FastifyReply, waitedMs: number) => Promise<unknown>) => Handler;
  refusals: RefusalLines;
  log: Logger;
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  SERVICE_UNAVAILABLE: 503,
};

/**
 * GET /exports/...: files for one account at a time. A link alone gives nobody anything: the caller's own token must come
 * with it, in the header, so an address that is passed on, kept in a history or in a log opens nothing.
 */
export function addExports(app: FastifyInstance, options: ExportOptions): void {
  const { services } = options;
  for (const link of [...changeExports(services), ...statementExports(services)]) addLink(app, link, options);
}

function addLink(app: FastifyInstance, link: ExportLink, options: ExportOptions): void {
  const { onRequest, viewerOf, inTurn } = options;
  const answer = inTurn(async (request, reply, waitedMs) => {
    // The account may have been disabled while the request waited.
    if (waitedMs >= AT_ONCE_MS) await viewerOf(request, reply);
    return serve(request, reply, link, options);
  });
  const strangersOut: Gate = async (request, reply) => {
    await viewerOf(request, reply);
    if (request.viewer instanceof Refusal) await refuse(request, reply, link, request.viewer, options);
  };
  app.get(link.url, { onRequest: [...onRequest, strangersOut], exposeHeadRoute: false }, answer);
}

async function serve(
  request: FastifyRequest,
  reply: FastifyReply,
  link: ExportLink,
  options: ExportOptions,
): Promise<unknown> {
  const { viewer } = request;
  try {
    if (viewer instanceof Refusal) throw viewer;
    checkParameters(request.query as Record<string, unknown>, link.parameters);
    const { name, type, policy, body } = await link.file(viewer, givenTo(request));
    options.log.info(...trail(request, link, 'done'));
    if (policy !== undefined) void reply.header('content-security-policy', policy);
    return await reply
      .header('content-type', type)
      .header('content-disposition', `${policy === undefined ? 'attachment' : 'inline'}; filename="${name}"`)
      .send(body);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refuse(request, reply, link, error, options);
  }
}

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  link: ExportLink,
  refusal: Refusal,
  { refusals }: ExportOptions,
): FastifyReply {
  const [line, message] = trail(request, link, refusal.code);
  refusals.tell(request.ip, line, message);
  const status = STATUS[refusal.code] ?? 400;
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  return reply.code(status).send(errorBody(refusal));
}

const givenTo = ({ query, params }: FastifyRequest): Given => ({ ...(query as Given), ...(params as Given) });

/** Each download leaves a line, as each mutation does. Of what came with it only what is known: the rest may be a secret. */
function trail(
  request: FastifyRequest,
  { action, parameters }: ExportLink,
  outcome: string,
): [line: object, message: string] {
  const { viewer, ip, id, params } = request;
  const actor = viewer instanceof Refusal ? { actor: null, role: null } : { actor: viewer.id, role: viewer.role };
  const known = [...parameters, ...Object.keys(params as object)];
  const given = Object.entries(givenTo(request)).filter(([name]) => known.includes(name));
  const input = Object.fromEntries(given.map(([name, value]) => [name, String(value).slice(0, 254)]));
  return [{ audit: { action, ...actor, input, outcome }, address: ip, requestId: id }, `${action}: ${outcome}`];
}
