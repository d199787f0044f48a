import { existsSync } from 'node:fs';
import path from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { readStaticFiles, sendStaticFile, type StaticFile } from './static-files';

/** Where the console's pages are; the page itself finds out which one it is. */
const PAGES = ['/admin', '/admin/', '/admin/backups', '/admin/log'];
const PLAYGROUND = '/admin/playground';

const SELF_ALONE = [
  "default-src 'none'",
  "script-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/** Strings never become scripts or markup: what no page of ours does, no hole in one can do either. */
const PAGE_POLICY = [
  ...SELF_ALONE,
  "style-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** GraphiQL's editor writes style elements, and its language services are workers. */
const PLAYGROUND_POLICY = [...SELF_ALONE, "style-src 'self' 'unsafe-inline'", "worker-src 'self'"].join('; ');

const NOT_BUILT = 'The console was not built: run "npm run build" and start the server again.\n';

/** The console's static files, as the build left them. */
export class Console {
  private known: ReadonlyMap<string, StaticFile> | undefined;

  constructor(private readonly folder = builtConsole()) {}

  /** Read for the first visitor, so that no start waits for it. */
  private get files(): ReadonlyMap<string, StaticFile> {
    return (this.known ??= readStaticFiles(this.folder));
  }

  /** GET /admin and its pages, and the files that they load. */
  addRoutes(app: FastifyInstance): void {
    for (const url of PAGES) app.get(url, this.page(PAGE_POLICY));
    app.get(PLAYGROUND, this.page(PLAYGROUND_POLICY));
    app.get<{ Params: { '*': string } }>('/admin/assets/*', (request, reply) => {
      // Looked up, never joined to a path.
      const file = this.files.get(`assets/${request.params['*']}`);
      if (file === undefined) return reply.code(404).type('text/plain').send('There is no such file.\n');
      // Its name changes with its content.
      void reply.header('cache-control', 'public, max-age=31536000, immutable');
      return sendStaticFile(file, request, reply);
    });
  }

  /** Answers a browser that opens the address of the public schema with the playground; goes before the API. */
  playgroundForBrowsers = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (isVisit(request)) await this.page(PLAYGROUND_POLICY).call(request.server, request, reply);
  };

  private page(policy: string): RouteHandlerMethod {
    return (request, reply) => {
      const file = this.files.get('index.html');
      if (file === undefined) return reply.code(503).type('text/plain').send(NOT_BUILT);
      void reply.header('cache-control', 'no-cache').header('content-security-policy', policy);
      return sendStaticFile(file, request, reply);
    };
  }
}

/** Somebody typed the address or followed a link; no client asks the API so. */
function isVisit({ method, headers, query }: FastifyRequest): boolean {
  const isQuery = Object.keys(query as object).length > 0;
  return method === 'GET' && !isQuery && headers.accept?.includes('text/html') === true;
}

/** The package's dist/console, from the build and from the sources alike. */
function builtConsole(): string {
  let root = __dirname;
  while (!existsSync(path.join(root, 'package.json')) && path.dirname(root) !== root) root = path.dirname(root);
  return path.join(root, 'dist', 'console');
}
