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
import type { Logger } from 'pino';
import type { BackupDesk } from '../backup/desk';
import type { PoolFigures } from '../database/pool-figures';
import type { Context } from '../resolvers/context';
import { Loaders } from '../resolvers/loaders';
import { buildSchemas } from '../resolvers/schema';
import type { Services } from '../services';
import { Refusal } from '../services/errors';
import { orUnavailable } from '../services/retry';
import { adminsOnly, authenticate, errorBody } from './authentication';
import { addBackupDownload } from './backup-download';
import { closePromptly } from './connections';
import { Console } from './console';
import { createApolloServer } from './graphql';
import { addHealthRoutes } from './health';
import { limitInFlight } from './in-flight';
import { Metrics } from './metrics';
import { securityHeaders } from './security-headers';

export interface HttpOptions {
  production: boolean;
  /** Origins whose pages may call the API, or "*"; none: no other origin's. */
  corsOrigin: string[];
  /** How many of the last addresses in X-Forwarded-For are those of our own proxies. */
  trustedProxies: number;
  services: Services;
  backups: BackupDesk;
  pingDatabase: () => Promise<unknown>;
  /** How the connections to the database stand. */
  connections: () => PoolFigures;
  log: Logger;
}

const MAX_BODY_BYTES = 1024 * 1024;
/** A client that takes longer to send its request is cut off. */
const REQUEST_TIMEOUT_MS = 30_000;

/** What is answered is for whoever asked, now. */
function neverStored(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  void reply.header('cache-control', 'no-store');
  done();
}

const noSchemas = (): never => {
  throw new Error('Routes have no schemas here: remove NO_COMPILERS from src/http/server.ts first.');
};

/** Loading the compilers of JSON schemas, which no route has, would take a tenth of a start. */
const NO_COMPILERS = { buildValidator: noSchemas, buildSerializer: noSchemas };

/** The HTTP face: both GraphQL schemas and the health probes. Not listening yet. */
export async function createHttpServer(options: HttpOptions): Promise<FastifyInstance> {
  const { services, backups, log } = options;
  // Of fastify's own lines only those that tell of trouble: what was listened on is said at the start.
  const logger: FastifyBaseLogger = log.child({}, log.level === 'info' ? { level: 'warn' } : {});
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    // A count, never all of them: the first addresses are whatever the client wrote.
    trustProxy: (_address, hop) => hop < options.trustedProxies,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: () => randomUUID(),
    schemaController: { compilersFactory: NO_COMPILERS },
  });
  app.decorateRequest('viewer');
  closePromptly(app);
  const headers = securityHeaders();
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(headers).header('x-request-id', request.id);
    done();
  });
  const { corsOrigin } = options;
  if (corsOrigin.length > 0) {
    await app.register(cors, { origin: corsOrigin.includes('*') ? '*' : corsOrigin, maxAge: 600 });
  }
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
  const inTurn = limitInFlight(app);
  addHealthRoutes(app, options.pingDatabase);
  const metrics = new Metrics(options);
  metrics.addRoute(app);

  const schemas = buildSchemas();
  const context = (request: FastifyRequest): Promise<Context> => {
    const { viewer, ip } = request;
    return Promise.resolve({
      viewer,
      address: ip,
      services,
      backups,
      loaders: new Loaders(services, backups, viewer instanceof Refusal ? null : viewer),
      audit: (entry) => {
        const level = entry.outcome === 'done' ? 'info' : 'warn';
        log[level]({ audit: entry, address: ip, requestId: request.id }, `${entry.action}: ${entry.outcome}`);
      },
    });
  };
  const whoAsks = authenticate(services.sessions);
  const { production } = options;
  const adminConsole = new Console();
  adminConsole.addRoutes(app);
  app.get('/', (_request, reply) => reply.redirect('/admin'));
  addBackupDownload(app, { backups, onRequest: [whoAsks, adminsOnly], log });
  const forBrowsers = production ? [] : [adminConsole.playgroundForBrowsers];
  const doors = [
    {
      name: 'public',
      url: '/graphql',
      schema: schemas.public,
      introspection: !production,
      onRequest: [...forBrowsers, whoAsks],
    },
    {
      name: 'admin',
      url: '/admin/graphql',
      schema: schemas.admin,
      introspection: true,
      onRequest: [whoAsks, adminsOnly],
    },
  ];
  for (const { name, url, schema, introspection, onRequest } of doors) {
    const apollo = createApolloServer(schema, { introspection, log, plugins: [metrics.graphql.plugin(name)] });
    await apollo.start();
    app.addHook('onClose', () => apollo.stop());
    const answer = fastifyApolloHandler(apollo, { context });
    app.route({
      method: ['GET', 'POST'],
      url,
      onRequest: [neverStored, ...onRequest],
      handler: inTurn(async (request, reply) => answer.call(app, request, reply)),
    });
  }
  return app;
}
