import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { type ASTNode, GraphQLError, type GraphQLFormattedError, type GraphQLSchema, isValueNode, Kind } from 'graphql';
import type { Logger } from 'pino';
import type { Context } from '../resolvers/context';
import { Refusal } from '../services/errors';
import { orUnavailable } from '../services/retry';
import { compiledExecutor } from './compiled-executor';
import { DocumentStore } from './document-store';
import { legacyStatus } from './legacy-status';
import { limits } from './limits';

const LONGEST_MESSAGE = 300;

export interface GraphqlOptions {
  introspection: boolean;
  log: Logger;
  /** Beyond those that every schema has. */
  plugins: ApolloServerPlugin<Context>[];
}

export function createApolloServer(
  schema: GraphQLSchema,
  { introspection, log, plugins }: GraphqlOptions,
): ApolloServer<Context> {
  const documentStore = new DocumentStore();
  const executor = compiledExecutor(schema, documentStore);
  return new ApolloServer<Context>({
    gateway: executor.gateway,
    documentStore,
    introspection,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    // The process is stopped by main, which lets running requests and backups finish first.
    stopOnTerminationSignals: false,
    ...limits,
    plugins: [
      ...limits.plugins,
      legacyStatus,
      // It would watch every field of every answer.
      ApolloServerPluginCacheControlDisabled(),
      // For subgraphs alone; every request would ask it.
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      executor.plugin,
      ...plugins,
    ],
    logger: log,
    formatError: (formatted, error) => formatError(formatted, error, log),
  });
}

/** Refusals are said to the client as they are; what nobody foresaw is masked, and logged whole. */
function formatError(formatted: GraphQLFormattedError, error: unknown, log: Logger): GraphQLFormattedError {
  const cause = orUnavailable(rootCause(error));
  if (cause instanceof Refusal) {
    if (cause.cause !== undefined) log.error({ err: cause.cause, path: formatted.path }, cause.message);
    return { ...formatted, message: cause.message, extensions: { code: cause.code, ...cause.details } };
  }
  const code = formatted.extensions?.code;
  if (code !== 'INTERNAL_SERVER_ERROR') {
    const message = shortened(formatted.message);
    return { ...formatted, message, extensions: { code: codeOfWrongValue(cause) ?? code } };
  }
  log.error({ err: cause, path: formatted.path }, 'a request failed unexpectedly');
  return {
    message: 'Something went wrong on the server; nothing more can be said here. It was logged.',
    ...(formatted.locations === undefined ? {} : { locations: formatted.locations }),
    ...(formatted.path === undefined ? {} : { path: formatted.path }),
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
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
