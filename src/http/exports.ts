import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Logger } from 'pino';
import type { User } from '../entities/user';
import type { Services } from '../services';
import type { ErrorCode } from '../services/error-codes';
import { trailLine } from '../resolvers/audit-entry';
import { Refusal } from '../services/errors';
import { errorBody } from './authentication';
import { changeExports } from './change-exports';
import { Downloads } from './downloads';
import type { ExportedFile, ExportLink, Given, ReadOn } from './export-link';
import { AT_ONCE_MS, type InTurn } from './in-flight';
import { checkParameters } from './link-parameters';
import type { RefusalLines } from './refusal-lines';
import { statementExports } from './statement-exports';

/** Finds the account that asks. */
type Gate = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

interface ExportOptions {
  services: Services;
  /** Before anything else is done for a request. */
  onRequest: onRequestHookHandler[];
  /** Sets the viewer. */
  viewerOf: Gate;
  inTurn: InTurn;
  refusals: RefusalLines;
  log: Logger;
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  RATE_LIMITED: 429,
  SERVICE_UNAVAILABLE: 503,
};

/**
 * GET /exports/...: files for one account at a time. A link alone gives nobody anything: the caller's own token must come
 * with it, in the header, so an address that is passed on, kept in a history or in a log opens nothing.
 */
export function addExports(app: FastifyInstance, options: ExportOptions): void {
  const { services } = options;
  const downloads = new Downloads();
  for (const link of [...changeExports(services), ...statementExports(services)])
    addLink(app, link, downloads, options);
}

function addLink(app: FastifyInstance, link: ExportLink, downloads: Downloads, options: ExportOptions): void {
  const { onRequest, viewerOf, inTurn } = options;
  const strangersOut: Gate = async (request, reply) => {
    await viewerOf(request, reply);
    if (request.viewer instanceof Refusal) await refuse(request, reply, link, request.viewer, options);
  };
  app.get(link.url, { onRequest: [...onRequest, strangersOut], exposeHeadRoute: false }, async (request, reply) => {
    const found: { file: ExportedFile | null } = { file: null };
    const find = inTurn.handle(async (_request, _reply, waitedMs) => {
      // The account may have been disabled while the request waited.
      if (waitedMs >= AT_ONCE_MS) await viewerOf(request, reply);
      found.file = await fileFor(request, reply, link, options);
    });
    try {
      downloads.begin(signedIn(request).id, request, reply);
      await find(request, reply);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return refuse(request, reply, link, error, options);
    }
    const { file } = found;
    if (file === null) return reply;
    options.log.info(...trail(request, link, 'done'));
    // Outside of the turn: how long it takes is up to the reader.
    downloads.sending(reply);
    return send(reply, file);
  });
}

/** @throws Refusal where nobody is signed in, or not any more */
function signedIn({ viewer }: FastifyRequest): User {
  if (viewer instanceof Refusal) throw viewer;
  return viewer;
}

/** @throws Refusal */
async function fileFor(
  request: FastifyRequest,
  reply: FastifyReply,
  link: ExportLink,
  { viewerOf, inTurn, refusals }: ExportOptions,
): Promise<ExportedFile> {
  const viewer = signedIn(request);
  checkParameters(request.query as Record<string, unknown>, link.parameters);
  const readOn: ReadOn = (read) =>
    inTurn.take(async () => {
      try {
        await viewerOf(request, reply);
        return await read(signedIn(request));
      } catch (error) {
        if (error instanceof Refusal) refusals.tell(request.ip, ...trail(request, link, error.code));
        throw error;
      }
    });
  return link.file(viewer, givenTo(request), readOn);
}

function send(reply: FastifyReply, { name, type, policy, body }: ExportedFile): FastifyReply {
  if (policy !== undefined) void reply.header('content-security-policy', policy);
  return reply
    .header('content-type', type)
    .header('content-disposition', `${policy === undefined ? 'attachment' : 'inline'}; filename="${name}"`)
    .send(typeof body === 'string' ? body : Readable.from(body, { objectMode: false }));
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
  const { retryAfterSeconds = status === 503 ? 1 : null } = refusal.details;
  if (retryAfterSeconds !== null) void reply.header('retry-after', retryAfterSeconds);
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
  return trailLine({ action, ...actor, input, outcome }, { address: ip, requestId: id });
}
