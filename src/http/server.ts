import { randomUUID } from 'node:crypto';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import cors from '@fastify/cors';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { BackupService } from '../backup/status/backup-service';
import type { ConnectionFigures } from '../database/connection/connection-figures';
import { loggableError } from '../database/connection/loggable-error';
import type { Context } from '../resolvers/context';
import { Loaders } from '../resolvers/loaders';
import { buildSchemas } from '../resolvers/schema';
import type { Services } from '../services';
import { trailLine } from '../resolvers/audit-entry';
import { Refusal } from '../services/errors';
import { orUnavailable } from '../services/retry';
import { adminsOnly, authenticate, errorBody, readToken } from './authentication';
import { addBackupDownload } from './backup-download';
import { closePromptly } from './connections';
import { Console } from './console';
import { addExports } from './exports';
import { MAX_NESTING, nestsTooDeep } from './graphql/document-limits';
import { createApolloServer } from './graphql/graphql';
import { addHealthRoutes, onceReady } from './health';
import { refuseUnknownHosts } from './known-host';
import { AT_ONCE_MS, type InTurn, limitInFlight } from './in-flight';
import { Metrics } from './metrics';
import { RefusalLines } from './refusal-lines';
import { SECURITY_HEADERS } from './security-headers';
import { boundStrangersBody, isStranger, Strangers } from './strangers';
import { tellOfUntrustedProxy } from './untrusted-proxy';

interface HttpOptions {
  production: boolean;
  /** Whether documents that come again are compiled. */
  compileDocuments: boolean;
  /** Origins whose pages may call the API, or "*"; none: no other origin's. */
  corsOrigin: string[];
  /** How many of the last addresses in X-Forwarded-For are those of our own proxies. */
  trustedProxies: number;
  /** Where people reach the server; null: under any name. */
  publicUrl: URL | null;
  services: Services;
  backups: BackupService;
  /** Why no change could be made and backed up, in one sentence; null where it could. @throws where the database is away */
  whyNotWritable: () => Promise<string | null>;
  /** Why the next change could not be kept, in one sentence; null where it could. Asked before each, and asks no database. */
  whyNoChange: () => Promise<string | null>;
  /** True once the start is complete; until then requests are refused. */
  isReady: () => boolean;
  /** True once the server is about to end; new requests are refused then. */
  isStopping: () => boolean;
  /** The state of the connections to the database. */
  connections: () => ConnectionFigures;
  log: Logger;
}

const MAX_BODY_BYTES = 1024 * 1024;
/**
 * A client that takes longer to send its request is cut off: within 30 s, as Node looks at each connection once a second.
 * Given when the server is made: set later, Node's time for headers stays at 60 s, and it waits for that.
 */
const TIME_TO_SEND = { requestTimeout: 29_000, connectionsCheckingInterval: 1_000 };

/** The HTTP face: both GraphQL schemas, the console, downloads, probes and metrics. Not listening yet. */
export async function createHttpServer(given: HttpOptions): Promise<FastifyInstance> {
  const log = given.log.child({}, { serializers: { err: (error: unknown) => loggableError(error) } });
  const options = { ...given, log };
  const { services, backups, corsOrigin } = options;
  const app = createFastify(options);
  app.decorateRequest('claims');
  app.decorateRequest('viewer');
  closePromptly(app);
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
    done();
  });
  if (corsOrigin.length > 0) {
    const origin = corsOrigin.includes('*') ? '*' : corsOrigin;
    await app.register(cors, { origin, maxAge: 600, exposedHeaders: EXPOSED });
  }
  answerErrors(app, log);
  refuseUnknownHosts(app, options.publicUrl);
  tellOfUntrustedProxy(app, log, options.trustedProxies);
  const refusals = new RefusalLines(log);
  app.addHook('onClose', (_app, done) => {
    refusals.close();
    done();
  });
  const tokenOf = readToken(services.sessions);
  // First of all, since strangers are counted apart.
  app.addHook('onRequest', tokenOf);
  const inTurn = limitInFlight(app, services.queue, options.isStopping);
  addHealthRoutes(app, options);
  const metrics = new Metrics(options);
  metrics.addRoute(app);
  const viewerOf = authenticate(services.sessions);
  const adminConsole = new Console();
  await adminConsole.addRoutes(app);
  addBackupDownload(app, { backups, onRequest: [viewerOf, adminsOnly], log });
  const onRequest = [neverStored, onceReady(options.isReady)];
  addExports(app, { services, onRequest, viewerOf, inTurn, refusals, log });
  const strangers = new Strangers((request, action) => {
    const audit = { action, actor: null, role: null, input: {}, outcome: 'UNAUTHENTICATED' };
    refusals.tell(request.ip, { audit, address: request.ip, requestId: request.id }, `${action}: UNAUTHENTICATED`);
  });
  app.addHook('onClose', () => strangers.over());
  for (const door of doorsOf(options, viewerOf, adminConsole))
    await addDoor(app, door, { options, metrics, inTurn, refusals, strangers });
  return app;
}

/** The headers that pages of allowed origins may read: the id by which the log knows a request, and when to try again. */
const EXPOSED = ['x-request-id', 'retry-after'];

const noSchemas = (): never => {
  throw new Error('Routes have no schemas here: remove NO_COMPILERS from src/http/server.ts first.');
};

/** No route has a JSON schema. Loading fastify's compilers for them would take a tenth of a start. */
const NO_COMPILERS = { buildValidator: noSchemas, buildSerializer: noSchemas };

function createFastify({ log, trustedProxies }: HttpOptions): FastifyInstance {
  // Of fastify's own lines only warnings and errors: main.ts tells the address that it listens on.
  const logger: FastifyBaseLogger = log.child({}, log.level === 'info' ? { level: 'warn' } : {});
  return fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    // A count of hops, never `true`: the first addresses in the header are what the client wrote.
    trustProxy: (_address, hop) => hop < trustedProxies,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: TIME_TO_SEND.requestTimeout,
    http: TIME_TO_SEND,
    genReqId: () => randomUUID(),
    schemaController: { compilersFactory: NO_COMPILERS },
  });
}

/** Faults of a request are told as they are. Anything else is logged, and masked. */
function answerErrors(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler<Error & { statusCode?: number; code?: string }>((error, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send(errorBody({ code: 'BAD_REQUEST', message: error.message }));
    log.error({ err: error }, 'a request failed unexpectedly');
    const refusal = orUnavailable(error);
    if (refusal instanceof Refusal) return reply.code(503).send(errorBody(refusal));
    return reply
      .code(500)
      .send(errorBody({ code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong on the server.' }));
  });
}

/** Sets the token or the viewer, or answers in the route's place. */
type Gate = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** One of the two schemas and the address that serves it. */
interface Door {
  name: 'public' | 'admin';
  url: string;
  schema: GraphQLSchema;
  introspection: boolean;
  /** Asked first of all, before the body is read. */
  before: Gate[];
  /** Asked when the work begins. */
  gates: Gate[];
}

function doorsOf({ production }: HttpOptions, viewerOf: Gate, adminConsole: Console): Door[] {
  const schemas = buildSchemas();
  const forBrowsers = production ? [] : [adminConsole.playgroundForBrowsers];
  return [
    {
      name: 'public',
      url: '/graphql',
      schema: schemas.public,
      introspection: !production,
      before: forBrowsers,
      gates: [viewerOf],
    },
    {
      name: 'admin',
      url: '/admin/graphql',
      schema: schemas.admin,
      introspection: true,
      before: [viewerOf, adminsOnly],
      gates: [viewerOf, adminsOnly],
    },
  ];
}

interface Around {
  options: HttpOptions;
  metrics: Metrics;
  inTurn: InTurn;
  refusals: RefusalLines;
  strangers: Strangers;
}

async function addDoor(app: FastifyInstance, door: Door, around: Around): Promise<void> {
  const { options, metrics, inTurn, refusals, strangers } = around;
  const { name, url, schema, introspection, before, gates } = door;
  const { log, compileDocuments } = options;
  const plugins = [metrics.graphql.plugin(name)];
  const apollo = createApolloServer(schema, { introspection, compile: compileDocuments, log, plugins });
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());
  const context = (request: FastifyRequest): Promise<Context> => Promise.resolve(contextOf(request, options, refusals));
  const answer = fastifyApolloHandler(apollo, { context });
  const passes = async (request: FastifyRequest, reply: FastifyReply): Promise<boolean> => {
    for (const gate of gates) await gate(request, reply);
    return !reply.sent;
  };
  const answerInTurn = inTurn.handle(async (request, reply, waitedMs) => {
    const maySee = waitedMs < AT_ONCE_MS || (await passes(request, reply));
    return maySee ? answer.call(app, request, reply) : reply;
  });
  app.route({
    method: ['GET', 'POST'],
    url,
    onRequest: [neverStored, onceReady(options.isReady), ...before],
    preHandler: boundNesting,
    preParsing: boundStrangersBody,
    handler: async (request, reply) => {
      // Once the body has come in. Before the wait for a turn: while the database hangs, the turns are taken.
      const go = async (on: () => Promise<unknown>): Promise<unknown> =>
        (await passes(request, reply)) ? on() : reply;
      return isStranger(request)
        ? strangers.serve(request, reply, () => go(async () => answer.call(app, request, reply)))
        : go(() => answerInTurn(request, reply));
    },
  });
}

/** Answers are for the account that asked, at this moment. */
function neverStored(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  void reply.header('cache-control', 'no-store');
  done();
}

/** Before Apollo, which has no place to refuse a document in between reading the request and parsing it. */
async function boundNesting({ method, query, body }: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { query: text } = ((method === 'GET' ? query : body) ?? {}) as { query?: unknown };
  if (typeof text !== 'string' || !nestsTooDeep(text)) return;
  const message = `The document nests too deep: ${MAX_NESTING} brackets within brackets are the most.`;
  await reply.code(400).send(errorBody({ code: 'GRAPHQL_PARSE_FAILED', message }));
}

function contextOf({ viewer, ip, id }: FastifyRequest, options: HttpOptions, refusals: RefusalLines): Context {
  const { services, backups, log, whyNoChange } = options;
  return {
    viewer,
    address: ip,
    whyNoChange,
    requestId: id,
    services,
    backups,
    loaders: new Loaders(services, backups, viewer instanceof Refusal ? null : viewer),
    audit: (entry) => {
      const [line, message] = trailLine(entry, { address: ip, requestId: id });
      if (entry.outcome === 'done') log.info(line, message);
      else refusals.tell(ip, line, message);
    },
  };
}
