import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Context } from '../resolvers/context';
import { compiledExecutor } from './compiled-executor';
import { DocumentStore } from './document-store';
import { ErrorFormat } from './error-format';
import { legacyStatus } from './legacy-status';
import { limits } from './limits';

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
  const errors = new ErrorFormat(log);
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
    formatError: (formatted, error) => errors.format(formatted, error),
  });
}
