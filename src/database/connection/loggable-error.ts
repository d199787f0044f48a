import { sqlErrno } from './errors';

const LONGEST_SHAPE = 400;
const LONGEST_MESSAGE = 1_000;
const MOST_CAUSES = 5;
/** Password hashes in PHC form and tokens, wherever they stand in a text. */
const SECRETS = /\$argon2[\w$=,+/.-]*|\beyJ[\w-]{8,}\.[\w-]*\.?[\w-]*/g;

/** The text without the hashes and tokens in it. */
export function withoutSecrets(text: string): string {
  return text.replace(SECRETS, '[removed]');
}

interface Caught {
  name?: unknown;
  message?: unknown;
  code?: unknown;
  stack?: unknown;
  cause?: unknown;
  driverError?: Caught;
  /** The driver's: with the values in it. */
  sql?: unknown;
  /** TypeORM's: with question marks. */
  query?: unknown;
}

/**
 * An error as it may stand in a log. Errors of the database are told by number, table and shape of the statement: their
 * messages and properties hold values, among them hashes of passwords. Of other errors nothing but name, message, code,
 * stack and cause is taken.
 */
export function loggableError(error: unknown, depth = 0): unknown {
  if (typeof error !== 'object' || error === null) return withoutSecrets(String(error)).slice(0, LONGEST_MESSAGE);
  const { name, message, code, stack, cause, driverError, sql, query } = error as Caught;
  const errno = sqlErrno(error);
  const statement = query ?? sql ?? driverError?.sql;
  const isOfDatabase = errno !== undefined || statement !== undefined;
  const deeper = cause ?? (isOfDatabase ? undefined : driverError);
  return {
    type: String(name),
    message: isOfDatabase
      ? `error ${errno ?? ''} of the database`.replace('  ', ' ')
      : withoutSecrets(String(message)).slice(0, LONGEST_MESSAGE),
    ...defined({ code: driverError?.code ?? code, errno }),
    ...(typeof statement === 'string' ? { table: tableOf(statement), statement: shapeOf(statement) } : {}),
    ...(typeof stack === 'string' ? { stack: framesOf(stack) } : {}),
    ...(deeper === undefined || depth >= MOST_CAUSES ? {} : { cause: loggableError(deeper, depth + 1) }),
  };
}

function defined(facts: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

/** Without its first lines, which are the message. */
function framesOf(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}

function tableOf(sql: string): string | null {
  return /\b(?:FROM|INTO|UPDATE|JOIN|TABLE)\s+`?([\w$]+)/i.exec(sql)?.[1] ?? null;
}

/** The statement with a question mark for each value, and one for a list of them. */
function shapeOf(sql: string): string {
  return sql
    .replace(/'(?:[^'\\]|\\.|'')*(?:'|$)|"(?:[^"\\]|\\.|"")*(?:"|$)/gs, '?')
    .replace(/\b0x[\da-f]+\b|\b\d+(?:\.\d+)?\b/gi, '?')
    .replace(/\?(?:\s*,\s*\?)+/g, '?')
    .replace(/\s+/g, ' ')
    .slice(0, LONGEST_SHAPE);
}
