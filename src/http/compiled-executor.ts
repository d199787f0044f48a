import {
  type ApolloServerOptionsWithGateway,
  type ApolloServerPlugin,
  type GraphQLRequestContext,
  type GraphQLRequestListener,
  HeaderMap,
} from '@apollo/server';
import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { CompiledQuery } from 'graphql-jit';
import type { Context } from '../resolvers/context';
import type { DocumentStore } from './document-store';
import { Refusal } from '../services/errors';

type Gateway = ApolloServerOptionsWithGateway<Context>['gateway'];
type Executor = NonNullable<Awaited<ReturnType<Gateway['load']>>['executor']>;

/**
 * Compiling takes as long as some executions: what a person types once in a playground is not worth it. The store of
 * documents gives out the same document from its third use on.
 */
const WORTH_COMPILING_AT_USE = 2;
/** So many fields, fragments spread, take about a megabyte as a function. */
const MAX_FIELDS = 1_000;

interface Known {
  uses: number;
  /** Null where it is not compiled (yet), or cannot be. */
  compiled: CompiledQuery | null;
}

interface Asked {
  document: DocumentNode;
  context: Context;
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
 */
export function compiledExecutor(
  schema: GraphQLSchema,
  store: DocumentStore,
): { gateway: Gateway; plugin: ApolloServerPlugin<Context> } {
  const compiledFor = compiler(schema);
  const interpreted = async ({ document, context, operationName, variables }: Asked): Promise<ExecutionResult> =>
    execute({ schema, document, contextValue: context, variableValues: variables, operationName });

  const run = async (asked: Asked): Promise<ExecutionResult> => {
    const isWorthIt = !(asked.context.viewer instanceof Refusal) && store.mayComeAgain(asked.document);
    const compiled = isWorthIt ? await compiledFor(asked) : null;
    if (compiled === null) return interpreted(asked);
    const result = await compiled.query(undefined, asked.context, asked.variables);
    // Variables that do not fit, before anything was executed: clients know the words of graphql-js.
    if (result.data === undefined) return interpreted(asked);
    return result.errors === undefined ? result : { ...result, errors: result.errors.map(asGraphqlError) };
  };

  const failed = new WeakMap<Context, Promise<ExecutionResult>>();
  const executor: Executor = ({ request, document, context }) => {
    const { operationName, variables } = request;
    const asked = { document, context: context as Context, operationName, variables };
    // Executed already, or there is no such operation.
    return failed.get(asked.context) ?? interpreted(asked);
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

/** Compiles a document once it was used often enough; gives null until then, and where it cannot be compiled. */
function compiler(schema: GraphQLSchema): (asked: Asked) => Promise<CompiledQuery | null> {
  // By operation name. A document that its store forgets takes its functions along.
  const functions = new WeakMap<DocumentNode, Map<string | undefined, Known>>();
  return async ({ document, operationName }) => {
    // No operation has that name, which the compiler takes for none given.
    if (operationName === '') return null;
    const ofDocument = functions.get(document) ?? new Map<string | undefined, Known>();
    functions.set(document, ofDocument);
    const known = ofDocument.get(operationName) ?? { uses: 0, compiled: null };
    ofDocument.set(operationName, known);
    known.uses += 1;
    if (known.uses === WORTH_COMPILING_AT_USE && countFields(document) <= MAX_FIELDS) {
      // Loaded for the first document and not at the start, of which it would take a tenth.
      const { compileQuery, isCompiledQuery } = await import('graphql-jit');
      const compiled = compileQuery(schema, document, operationName);
      if (isCompiledQuery(compiled)) known.compiled = compiled;
    }
    return known.compiled;
  };
}

/** The compiled function's own errors lack what Apollo reads of every error, their extensions. */
function asGraphqlError({ message, path, locations, originalError }: GraphQLError): GraphQLError {
  const error = new GraphQLError(message, { path, originalError });
  // Known of the nodes that the function was compiled from, which it does not keep.
  return Object.defineProperty(error, 'locations', { value: locations, enumerable: true });
}

/** How many fields there are once fragments are spread. The bound on a request's cost keeps their number in bounds. */
function countFields({ definitions }: DocumentNode): number {
  const fragments = new Map(
    definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION).map((each) => [each.name.value, each]),
  );
  const countIn = (set: SelectionSetNode | undefined): number =>
    (set?.selections ?? []).reduce((count, selection) => {
      if (selection.kind === Kind.FIELD) return count + 1 + countIn(selection.selectionSet);
      if (selection.kind === Kind.INLINE_FRAGMENT) return count + countIn(selection.selectionSet);
      return count + countIn(fragments.get(selection.name.value)?.selectionSet);
    }, 0);
  return definitions.reduce(
    (count, each) => count + (each.kind === Kind.OPERATION_DEFINITION ? countIn(each.selectionSet) : 0),
    0,
  );
}
