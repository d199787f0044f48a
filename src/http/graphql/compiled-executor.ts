import {
  type ApolloServerOptionsWithGateway,
  type ApolloServerPlugin,
  type GraphQLRequestContext,
  type GraphQLRequestListener,
  HeaderMap,
} from '@apollo/server';
import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import type { Context } from '../../resolvers/context';
import { Refusal } from '../../services/errors';
import { DocumentRunner } from './document-runner';
import type { DocumentStore } from './document-store';

type Gateway = ApolloServerOptionsWithGateway<Context>['gateway'];
type Executor = NonNullable<Awaited<ReturnType<Gateway['load']>>['executor']>;

interface Named {
  operationName: string | undefined;
  variables: Record<string, unknown> | undefined;
}

/**
 * Executes documents that come again as compiled functions, several times as fast as graphql-js walks over them. Parsing,
 * validation, limits, plugins and the formatting of errors stay Apollo's. Only accounts get documents compiled: strangers
 * can push them out of the store, and no more.
 *
 * Apollo takes results through two doors. What its plugin answers is sent as it is; what comes from its gateway may have
 * errors, which Apollo formats and tells its plugins of. But what it makes for a gateway has a getter of its own, and V8
 * puts those among the old objects with all that they reach: each request would stay in memory until the whole heap
 * is collected, which takes a tenth of the time and twice the memory. So only results with errors go that way.
 * @param mayCompile false: every document is interpreted
 */
export function compiledExecutor(
  schema: GraphQLSchema,
  store: DocumentStore,
  mayCompile: boolean,
): { gateway: Gateway; plugin: ApolloServerPlugin<Context> } {
  const runner = new DocumentRunner(schema, mayCompile);
  const run = (asked: { document: DocumentNode; context: Context } & Named): Promise<ExecutionResult> => {
    const isWorthIt = !(asked.context.viewer instanceof Refusal) && store.mayComeAgain(asked.document);
    return isWorthIt ? runner.run(asked) : runner.interpret(asked);
  };

  const failed = new WeakMap<Context, Promise<ExecutionResult>>();
  const executor: Executor = ({ request, document, context }) => {
    const { operationName, variables } = request;
    const asked = { document, context: context as Context, operationName, variables };
    // Executed already, or there is no such operation.
    return failed.get(asked.context) ?? runner.interpret(asked);
  };
  const listener: GraphQLRequestListener<Context> = {
    async responseForOperation(asked) {
      // The executor tells. Remembered, the names of what is not there would fill the memory.
      if (!hasOperation(asked)) return null;
      const { request, document, contextValue: context } = asked;
      const { operationName, variables } = request;
      const running = run({ document, context, operationName, variables });
      const result = await running.catch(() => null);
      if (result?.errors === undefined && result?.data !== undefined) {
        return {
          http: { headers: new HeaderMap(), status: undefined },
          body: { kind: 'single', singleResult: result },
        };
      }
      failed.set(context, running);
      return null;
    },
  };

  return {
    gateway: {
      onSchemaLoadOrUpdate(tell) {
        tell({ apiSchema: schema, coreSupergraphSdl: '' });
        return () => undefined;
      },
      load: () => Promise.resolve({ executor }),
      stop: () => Promise.resolve(),
    },
    plugin: { requestDidStart: () => Promise.resolve(listener) },
  };
}

/** Whether the document has an operation of the name that is asked for, which Apollo's type takes for granted here. */
function hasOperation({ operation }: GraphQLRequestContext<Context>): boolean {
  return operation !== undefined;
}
