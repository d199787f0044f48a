import type { ApolloServerOptions, ApolloServerPlugin } from '@apollo/server';
import {
  type DocumentNode,
  getNullableType,
  GraphQLError,
  type GraphQLSchema,
  isListType,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { type ComplexityEstimator, getComplexity } from 'graphql-query-complexity';
import type { Context } from '../resolvers/context';
import { withinLimits } from './document-limits';
import { wrongVariable } from './wrong-variables';

/** What a document may ask for at most; document-limits.ts has more. */
const MAX_TOKENS = 4_000;
const MAX_COST = 500_000;

/** How many rows a list without `first` is reckoned at. */
const PLAIN_LIST_ROWS = 5;

/**
 * A field costs one, and what is below it as often as there may be rows: a connection's `first`, which its `nodes`
 * then do not count again.
 */
const costOf: ComplexityEstimator = ({ field, args, childComplexity }) => {
  const { first } = args as { first?: unknown };
  if (typeof first === 'number') return 1 + Math.max(1, first) * childComplexity;
  const isPlainList = isListType(getNullableType(field.type)) && field.name !== 'nodes';
  return 1 + (isPlainList ? PLAIN_LIST_ROWS : 1) * childComplexity;
};

/** Of operations without variables, which cost the same every time they come. */
const fixedCosts = new WeakMap<OperationDefinitionNode, number>();
/**
 * What the others cost by the `weight` of their variables. To reckon it anew each time is a tenth of what a list takes.
 */
const knownCosts = new WeakMap<OperationDefinitionNode, Map<string, number>>();
/** Of one operation; beyond them they are reckoned anew. */
const MAX_KNOWN_COSTS = 50;

interface Costly {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown> | undefined;
}

function costOfOperation(asked: Costly): number {
  const { operation, variables } = asked;
  const { variableDefinitions = [] } = operation;
  if (variableDefinitions.length === 0) {
    const cost = fixedCosts.get(operation) ?? reckon(asked);
    fixedCosts.set(operation, cost);
    return cost;
  }
  const known = knownCosts.get(operation) ?? new Map<string, number>();
  knownCosts.set(operation, known);
  const key = variableDefinitions.map(({ variable }) => weight(variables?.[variable.name.value])).join();
  const knownCost = known.get(key);
  if (knownCost !== undefined) return knownCost;
  const cost = reckon(asked);
  // A client that counts up has costs of its own for each request: keep none of them for long.
  if (known.size >= MAX_KNOWN_COSTS) known.clear();
  known.set(key, cost);
  return cost;
}

function reckon({ schema, document, operation, variables }: Costly): number {
  return getComplexity({
    schema,
    query: document,
    estimators: [costOf],
    ...(operation.name === undefined ? {} : { operationName: operation.name.value }),
    ...(variables == null ? {} : { variables }),
  });
}

/** Numbers count (`first`), booleans (for directives), and whether there is any; the contents of nothing else. */
function weight(value: unknown): string {
  return value === null || typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeof value;
}

const costLimit: ApolloServerPlugin<Context> = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation({ schema, document, request, operation }) {
        // The document has no such operation, and is refused for it next.
        if (operation === undefined) return Promise.resolve();
        if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
          return Promise.reject(badInput('There are no subscriptions here.'));
        }
        const variables = request.variables ?? {};
        const wrong = wrongVariable(schema, operation, variables);
        if (wrong !== null) return Promise.reject(badInput(wrong));
        try {
          const cost = costOfOperation({ schema, document, operation, variables });
          if (cost <= MAX_COST) return Promise.resolve();
          const message = `The query asks for up to ${cost} fields, and ${MAX_COST} are the most: ask for fewer rows or levels.`;
          return Promise.reject(badInput(message));
        } catch (error) {
          // So many fields, by fragments within fragments, that their cost is not reckoned.
          return Promise.reject(error instanceof GraphQLError ? badInput(error.message) : (error as Error));
        }
      },
    }),
};

function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
}

export const limits = {
  parseOptions: { maxTokens: MAX_TOKENS },
  validationRules: [withinLimits],
  plugins: [costLimit],
} satisfies Partial<ApolloServerOptions<Context>>;
