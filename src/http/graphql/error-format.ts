import type { ApolloServerPlugin } from '@apollo/server';
import {
  type ASTNode,
  GraphQLError,
  type GraphQLFormattedError,
  isValueNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import type { Logger } from 'pino';
import { BackupError } from '../../backup/core/errors';
import { Refusal } from '../../services/errors';
import { HARMLESS } from '../../resolvers/audit-trail';
import type { Context } from '../../resolvers/context';
import { argumentPath } from './argument-path';
import { orOutcomeUnknown, orUnavailable } from '../../services/retry';

const LONGEST_MESSAGE = 300;
const SAME_FAILURE_MS = 1_000;

/** Refusals and failures of backups reach the client as they are. Unexpected errors are masked, and logged whole. */
export class ErrorFormat {
  /** Time of the last log line for an error: one failed statement may fail hundreds of fields. */
  private readonly logged = new WeakMap<object, number>();

  /** Errors of requests that may have changed something by then, also where a field of the answer failed. */
  private readonly ofChanges = new WeakSet<object>();

  /** The arguments that wrong literals are of. */
  private readonly fields = new WeakMap<object, string>();

  /** @param tellsNames whether messages may suggest names of the schema, which tell it bit by bit where it is hidden */
  constructor(
    private readonly log: Logger,
    private readonly tellsNames: boolean,
  ) {}

  /** Tells what was asked, which an error by itself does not know. */
  readonly plugin: ApolloServerPlugin<Context> = {
    requestDidStart: () =>
      Promise.resolve({
        didEncounterErrors: ({ document, operation, errors }) => {
          for (const error of errors) {
            const [node] = error.nodes ?? [];
            if (document === undefined || node === undefined || !isWrongValue(node)) continue;
            const field = argumentPath(document, (each) => each === node);
            if (field !== null) this.fields.set(error, field);
          }
          if (operation !== undefined && mayChange(operation)) for (const error of errors) this.ofChanges.add(error);
          return Promise.resolve();
        },
      }),
  };

  format(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
    const isOfChange = typeof error === 'object' && error !== null && this.ofChanges.has(error);
    const cause = isOfChange ? orOutcomeUnknown(rootCause(error)) : orUnavailable(rootCause(error));
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
      const message = shortened(this.tellsNames ? formatted.message : formatted.message.replace(SUGGESTION, ''));
      const field = formatted.extensions?.field ?? this.fieldOf(error);
      const known = { code: codeOfWrongValue(cause) ?? code };
      return { ...formatted, message, extensions: field === undefined ? known : { ...known, field } };
    }
    this.tell(cause, formatted, 'a request failed unexpectedly');
    return {
      message: 'Something went wrong on the server. Its log has the details.',
      ...(formatted.locations === undefined ? {} : { locations: formatted.locations }),
      ...(formatted.path === undefined ? {} : { path: formatted.path }),
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    };
  }

  private fieldOf(error: unknown): string | undefined {
    return typeof error === 'object' && error !== null ? this.fields.get(error) : undefined;
  }

  /** Logs an error once, with the first field that it failed; again if a later request fails with it. */
  private tell(err: unknown, { path }: GraphQLFormattedError, message: string): void {
    if (typeof err === 'object' && err !== null) {
      const now = performance.now();
      if (now - (this.logged.get(err) ?? -Infinity) < SAME_FAILURE_MS) return;
      this.logged.set(err, now);
    }
    this.log.error({ err, path }, message);
  }
}

function mayChange({ operation, selectionSet }: OperationDefinitionNode): boolean {
  if (operation !== OperationTypeNode.MUTATION) return false;
  return !selectionSet.selections.every((each) => each.kind === Kind.FIELD && HARMLESS.has(each.name.value));
}

/** What graphql-js adds to an unknown name that is close to a known one. */
const SUGGESTION = / ?Did you mean [^]*\?$/;

/** Messages of graphql-js repeat the client's text in full. */
function shortened(message: string): string {
  return message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}...` : message;
}

/** A wrong literal is found by validation, but gets the code of the same value in a variable. */
function codeOfWrongValue(error: unknown): unknown {
  if (!(error instanceof GraphQLError)) return undefined;
  if (error.extensions.code !== undefined) return error.extensions.code;
  const isAboutValues = error.nodes !== undefined && error.nodes.length > 0 && error.nodes.every(isWrongValue);
  return isAboutValues ? 'BAD_USER_INPUT' : undefined;
}

/** A literal with a wrong value. A variable of the wrong type is a fault of the document instead. */
function isWrongValue(node: ASTNode): boolean {
  return isValueNode(node) && node.kind !== Kind.VARIABLE;
}

function rootCause(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError !== undefined) cause = cause.originalError;
  return cause;
}
