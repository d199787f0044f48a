import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';

/** The addresses of the app's pages. All are one HTML file, whose script finds out which page it is. */
const PAGES = [
  '/',
  '/account',
  '/payments',
  '/payments/:id',
  '/vehicles',
  '/vehicles/:id',
  '/members',
  '/members/:id',
  '/admin',
  '/admin/',
  '/admin/backups',
  '/admin/changes',
  '/admin/log',
];
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

/** Trusted types: no string can become a script or markup, so that a hole in a page cannot inject one. */
const PAGE_POLICY = [
  ...SELF_ALONE,
  "style-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** GraphiQL's editor writes style elements, and its language services are workers. */
const PLAYGROUND_POLICY = [...SELF_ALONE, "style-src 'self' 'unsafe-inline'", "worker-src 'self'"].join('; ');

const NOT_BUILT = 'The console was not built: run "npm run build" and start the server again.\n';

/** The console's static files, as the build left them, with compressed forms beside them. */
export class Console {
  private readonly isBuilt: boolean;

  constructor(private readonly folder = builtConsole()) {
    this.isBuilt = existsSync(path.join(folder, 'index.html'));
  }

  /** GET / and the pages of every role, and the files that they load. */
  async addRoutes(app: FastifyInstance): Promise<void> {
    if (this.isBuilt) {
      await app.register(fastifyStatic, {
        root: path.join(this.folder, 'assets'),
        prefix: '/admin/assets/',
        index: false,
        preCompressed: true,
        // The name of a file changes with its content.
        maxAge: '1y',
        immutable: true,
        setHeaders: (response) => {
          response.setHeader('vary', 'accept-encoding');
        },
      });
    }
    for (const url of PAGES) app.get(url, this.page(PAGE_POLICY));
    app.get(PLAYGROUND, this.page(PLAYGROUND_POLICY));
  }

  /** Answers a browser that opens the address of the public schema with the playground; goes before the API. */
  playgroundForBrowsers = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (isVisit(request)) await this.page(PLAYGROUND_POLICY).call(request.server, request, reply);
  };

  private page(policy: string): RouteHandlerMethod {
    return (_request, reply) => {
      if (!this.isBuilt) return reply.code(503).type('text/plain').send(NOT_BUILT);
      return reply
        .header('cache-control', 'no-cache')
        .header('content-security-policy', policy)
        .sendFile('index.html', this.folder, { cacheControl: false });
    };
  }
}

/** True for a typed address or a followed link. Clients of the API send a query, or do not accept HTML. */
function isVisit({ method, headers, query }: FastifyRequest): boolean {
  const isQuery = Object.keys(query as object).length > 0;
  return method === 'GET' && !isQuery && headers.accept?.includes('text/html') === true;
}

/** The package's dist/console, found from the build and from the sources alike. */
function builtConsole(): string {
  let root = __dirname;
  while (!existsSync(path.join(root, 'package.json')) && path.dirname(root) !== root) root = path.dirname(root);
  return path.join(root, 'dist', 'console');
}
