import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import type { Context } from '../resolvers/context';
import { Refusal } from '../services/errors';

type Gateway = ApolloServerOptionsWithGateway<Context>['gateway'];
type Executor = NonNullable<Awaited<ReturnType<Gateway['load']>>['executor']>;

/** Compiling takes as long as some executions: what a person types once in a playground is not worth it. */
const WORTH_COMPILING_AT_USE = 3;
/** The documents of all clients are a few dozen. */
const MAX_DOCUMENTS = 300;
/** So many fields, fragments spread, take about a megabyte as a function. */
const MAX_FIELDS = 1_000;

interface Known {
  uses: number;
  /** Null where it is not compiled (yet), or cannot be. */
  compiled: CompiledQuery | null;
}

/**
 * Executes documents that come again as compiled functions, several times as fast as graphql-js walks over them.
 * Apollo takes an executor of one's own through its gateway's door alone; parsing, validation, limits, plugins and
 * the formatting of errors stay Apollo's. Only accounts get documents compiled, so that strangers cannot keep the
 * compiler busy.
 */
export function compiledExecutor(schema: GraphQLSchema): Gateway {
  const documents = new LRUCache<string, Known>({ max: MAX_DOCUMENTS });

  const executor: Executor = async ({ request, document, queryHash, context: contextValue }) => {
    const { operationName, variables: variableValues } = request;
    const interpreted = async (): Promise<ExecutionResult> =>
      execute({ schema, document, contextValue, variableValues, operationName });
    if ((contextValue as Context).viewer instanceof Refusal) return interpreted();

    const key = `${queryHash} ${operationName ?? ''}`;
    const known = documents.get(key) ?? { uses: 0, compiled: null };
    documents.set(key, known);
    known.uses += 1;
    if (known.uses === WORTH_COMPILING_AT_USE && countFields(document) <= MAX_FIELDS) {
      const compiled = compileQuery(schema, document, operationName);
      if (isCompiledQuery(compiled)) known.compiled = compiled;
    }
    if (known.compiled === null) return interpreted();
    const result = await known.compiled.query(undefined, contextValue, variableValues);
    // Variables that do not fit, before anything was executed: clients know the words of graphql-js.
    if (result.data === undefined) return interpreted();
    return result.errors === undefined ? result : { ...result, errors: result.errors.map(asGraphqlError) };
  };

  return {
    onSchemaLoadOrUpdate(tell) {
      tell({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    load: () => Promise.resolve({ executor }),
    stop: () => Promise.resolve(),
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
