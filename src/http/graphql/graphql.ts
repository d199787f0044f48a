import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Context } from '../../resolvers/context';
import { compiledExecutor } from './compiled-executor';
import { DocumentStore } from './document-store';
import { ErrorFormat } from './error-format';
import { legacyStatus } from './legacy-status';
import { limits } from './limits';

interface GraphqlOptions {
  introspection: boolean;
  /** Whether documents that come again may be compiled. */
  compile: boolean;
  log: Logger;
  /** In addition to the plugins that both schemas have. */
  plugins: ApolloServerPlugin<Context>[];
}

export function createApolloServer(
  schema: GraphQLSchema,
  { introspection, compile, log, plugins }: GraphqlOptions,
): ApolloServer<Context> {
  const documentStore = new DocumentStore();
  const executor = compiledExecutor(schema, documentStore, compile);
  const errors = new ErrorFormat(log, introspection);
  return new ApolloServer<Context>({
    gateway: executor.gateway,
    documentStore,
    introspection,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    // main.ts handles the signals, and finishes running requests and backups first.
    stopOnTerminationSignals: false,
    ...limits,
    plugins: [
      ...limits.plugins,
      legacyStatus,
      // It would wrap every field of every answer.
      ApolloServerPluginCacheControlDisabled(),
      // Only subgraphs need it, and it would run for every request.
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      executor.plugin,
      errors.plugin,
      ...plugins,
    ],
    logger: log,
    formatError: (formatted, error) => errors.format(formatted, error),
  });
}
