import { readFileSync } from 'node:fs';
import type { DatabaseAddress, DatabaseHost } from './address';

const FORM = /^(?:mysql|mariadb):\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?#@]*)\/([^/?#]*)(?:\?([^#]*))?$/;

/**
 * Reads `mysql://user:password@host:port/database`, with several hosts as `host1:port,host2:port`. Options:
 * `socketPath=/path` signs in over a unix socket, `ssl=true` asks for TLS, `sslCa=/path` names the authority that
 * must have signed the server's certificate, `sslVerify=false` accepts any certificate.
 * @returns the address, or what the URL must be where it is not of that form (never with the URL itself: it holds a
 * password)
 */
export function parseDatabaseUrl(url: string): DatabaseAddress | string {
  const match = FORM.exec(url);
  if (match === null) return 'must have the form mysql://user:password@host:port/database';
  try {
    const [user = '', password, database = ''] = [match[1], match[2], match[4]].map((part) =>
      part === undefined ? undefined : decodeURIComponent(part),
    );
    const options = new URLSearchParams(match[5] ?? '');
    const wrong = wrongOption(options);
    if (wrong !== null) return wrong;
    if (database === '') return 'must name a database: mysql://user:password@host:port/database';
    if (database.length > 40 || /[`\0]/.test(database)) return 'must name a database of at most 40 characters';
    if (user === '') return 'must name a user: mysql://user:password@host:port/database';

    const socketPath = options.get('socketPath') ?? undefined;
    const hosts = socketPath === undefined ? parseHosts(match[3] ?? '') : [];
    if (hosts === null) return 'must name hosts as host or host:port, separated by commas';
    const tls = parseTls(options);
    return {
      user,
      ...(password === undefined ? {} : { password }),
      database,
      ...(socketPath === undefined ? {} : { socketPath }),
      hosts,
      ...(tls === undefined ? {} : { tls }),
    };
  } catch (error) {
    if (error instanceof URIError) return 'must have special characters in user and password percent-encoded';
    return `cannot be used: ${(error as Error).message}`;
  }
}

function parseHosts(text: string): DatabaseHost[] | null {
  const hosts: DatabaseHost[] = [];
  for (const part of text.split(',')) {
    const match = /^(\[[0-9a-fA-F:]+\]|[^:\s]+)(?::(\d{1,5}))?$/.exec(part);
    if (match === null) return null;
    const port = Number(match[2] ?? 3306);
    if (port < 1 || port > 65_535) return null;
    hosts.push({ host: (match[1] ?? '').replace(/^\[|\]$/g, ''), port });
  }
  return hosts;
}

/** Every server has it, every account may use it, and nothing can be written there. */
const NEUTRAL_DATABASE = 'information_schema';
const SERVER_FORM = /^((?:mysql|mariadb):\/\/[^/?#]*)\/?(\?[^#]*)?$/;

/**
 * Reads the address of a server without a database: `mysql://user:password@host:port`, with the options of
 * `parseDatabaseUrl`.
 * @returns the address, with a database of the server's own; or what the URL must be
 */
export function parseServerUrl(url: string): DatabaseAddress | string {
  const [, server, options = ''] = SERVER_FORM.exec(url) ?? [];
  const form = 'mysql://user:password@host:port';
  if (server === undefined) return `must have the form ${form}, without a database`;
  const parsed = parseDatabaseUrl(`${server}/${NEUTRAL_DATABASE}${options}`);
  return typeof parsed === 'string' ? parsed.replace(`${form}/database`, form) : parsed;
}

/** A misspelt option must not end in a connection without TLS. */
function wrongOption(options: URLSearchParams): string | null {
  for (const [name, value] of options) {
    const form = OPTIONS.get(name);
    if (form === undefined) return `has an unknown option ${name}: there are ${[...OPTIONS.keys()].join(', ')}`;
    if (!form.pattern.test(value)) return `has an option ${name} that must be ${form.text}`;
  }
  if (options.get('ssl') === 'false' && (options.has('sslCa') || options.has('sslVerify'))) {
    return 'asks for TLS and for none: leave out ssl=false, or sslCa and sslVerify';
  }
  return null;
}

const FLAG = { pattern: /^(true|false)$/, text: 'true or false' };
const ABSOLUTE_PATH = { pattern: /^\//, text: 'an absolute path' };
const OPTIONS = new Map([
  ['socketPath', ABSOLUTE_PATH],
  ['ssl', FLAG],
  ['sslCa', ABSOLUTE_PATH],
  ['sslVerify', FLAG],
]);

function parseTls(options: URLSearchParams): DatabaseAddress['tls'] {
  const ca = options.get('sslCa');
  if (options.get('ssl') !== 'true' && ca === null && !options.has('sslVerify')) return undefined;
  return { verify: options.get('sslVerify') !== 'false', ...(ca === null ? {} : { ca: readFileSync(ca, 'utf8') }) };
}
