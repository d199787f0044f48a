import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A file that was made by the build, with the compressed forms that lie beside it. */
export interface StaticFile {
  contentType: string;
  etag: string;
  /** The file itself and its compressed forms, in order of preference. */
  forms: readonly { encoding: 'br' | 'gzip' | null; path: string; bytes: number }[];
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

const COMPRESSED = { '.br': 'br', '.gz': 'gzip' } as const;

/** The files under that folder by their path within it, such as "assets/main.js"; none where it does not exist. */
export function readStaticFiles(folder: string): ReadonlyMap<string, StaticFile> {
  const files = new Map<string, StaticFile>();
  if (!existsSync(folder)) return files;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const contentType = CONTENT_TYPES[path.extname(name)];
    if (contentType !== undefined)
      files.set(name.split(path.sep).join('/'), read(path.join(folder, name), contentType));
  }
  return files;
}

function read(file: string, contentType: string): StaticFile {
  const compressed = Object.entries(COMPRESSED)
    .map(([ending, encoding]) => ({ encoding, path: `${file}${ending}` }))
    .filter((form) => existsSync(form.path));
  return {
    contentType,
    etag: createHash('sha256').update(readFileSync(file)).digest('base64url').slice(0, 22),
    forms: [...compressed, { encoding: null, path: file }].map((form) => ({
      ...form,
      bytes: statSync(form.path).size,
    })),
  };
}

/** Answers with the file in the best form that the client takes, or with 304 where the client has it already. */
export function sendStaticFile(file: StaticFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const accepted = request.headers['accept-encoding'] ?? '';
  const form = file.forms.find(({ encoding }) => encoding === null || accepted.includes(encoding)) ?? file.forms.at(-1);
  if (form === undefined) throw new Error('a static file has no form');
  // Each form is a representation of its own.
  const etag = `"${file.etag}${form.encoding === null ? '' : `-${form.encoding}`}"`;
  void reply.header('vary', 'accept-encoding').header('etag', etag);
  if (request.headers['if-none-match']?.includes(etag) === true) return reply.code(304).send();
  if (form.encoding !== null) void reply.header('content-encoding', form.encoding);
  return reply
    .header('content-type', file.contentType)
    .header('content-length', form.bytes)
    .send(createReadStream(form.path));
}
