import { type ASTNode, GraphQLError, type GraphQLFormattedError, isValueNode, Kind } from 'graphql';
import type { Logger } from 'pino';
import { BackupError } from '../backup/errors';
import { Refusal } from '../services/errors';
import { orUnavailable } from '../services/retry';

const LONGEST_MESSAGE = 300;
const SAME_FAILURE_MS = 1_000;

/** Refusals, and why backups cannot be read, are said as they are; what nobody foresaw is masked, and logged whole. */
export class ErrorFormat {
  /** When: one error may fail hundreds of fields, as where a list was read for all of them. */
  private readonly logged = new WeakMap<object, number>();

  constructor(private readonly log: Logger) {}

  format(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
    const cause = orUnavailable(rootCause(error));
    if (cause instanceof Refusal) {
      if (cause.cause !== undefined) this.tell(cause.cause, formatted, cause.message);
      return { ...formatted, message: cause.message, extensions: { code: cause.code, ...cause.details } };
    }
    if (cause instanceof BackupError) {
      this.tell(cause, formatted, cause.message);
      return { ...formatted, message: cause.message, extensions: { code: 'SERVICE_UNAVAILABLE' } };
    }
    const code = formatted.extensions?.code;
    if (code !== 'INTERNAL_SERVER_ERROR') {
      const message = shortened(formatted.message);
      return { ...formatted, message, extensions: { code: codeOfWrongValue(cause) ?? code } };
    }
    this.tell(cause, formatted, 'a request failed unexpectedly');
    return {
      message: 'Something went wrong on the server; nothing more can be said here. It was logged.',
      ...(formatted.locations === undefined ? {} : { locations: formatted.locations }),
      ...(formatted.path === undefined ? {} : { path: formatted.path }),
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    };
  }

  /** Once for each error, with the first field that it failed; again where it comes back with another request. */
  private tell(err: unknown, { path }: GraphQLFormattedError, message: string): void {
    if (typeof err === 'object' && err !== null) {
      const now = performance.now();
      if (now - (this.logged.get(err) ?? -Infinity) < SAME_FAILURE_MS) return;
      this.logged.set(err, now);
    }
    this.log.error({ err, path }, message);
  }
}

/** GraphQL's own messages repeat what the client sent, whole. */
function shortened(message: string): string {
  return message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}...` : message;
}

/** A wrong literal gets the code that the same value in a variable gets, though validation finds it. */
function codeOfWrongValue(error: unknown): unknown {
  if (!(error instanceof GraphQLError)) return undefined;
  if (error.extensions.code !== undefined) return error.extensions.code;
  const isAboutValues = error.nodes !== undefined && error.nodes.length > 0 && error.nodes.every(isWrongValue);
  return isAboutValues ? 'BAD_USER_INPUT' : undefined;
}

/** A variable in its place is a fault of the document. */
function isWrongValue(node: ASTNode): boolean {
  return isValueNode(node) && node.kind !== Kind.VARIABLE;
}

function rootCause(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError !== undefined) cause = cause.originalError;
  return cause;
}
