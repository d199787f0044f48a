import type { ApolloServerOptions, ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, OperationTypeNode } from 'graphql';
import type { Context } from '../../resolvers/context';
import { isStaff } from '../../services/roles';
import { costOfOperation } from './cost';
import { MAX_TOKENS, withinLimits } from './document-limits';
import { wrongVariable } from './wrong-variables';

/**
 * The most that a document may cost, as estimated; document-limits.ts bounds the document itself. An answer of this
 * cost takes up to two seconds and a hundred MiB (test/overload/dearest.test.ts).
 */
export const MAX_COST = 250_000;

const costLimit: ApolloServerPlugin<Context> = {
  requestDidStart: () =>
    Promise.resolve({
      async didResolveOperation({ schema, document, request, operation, contextValue }) {
        // The document has no operation of that name: Apollo refuses it in its next step.
        if (operation === undefined) return;
        if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
          throw badInput('There are no subscriptions here.');
        }
        const variables = request.variables ?? {};
        const wrong = wrongVariable(schema, document, operation, variables);
        if (wrong !== null) throw badInput(wrong.message, wrong.field);
        const { viewer, services } = contextValue;
        const circumstances = {
          ...(await services.listSizes.now()),
          isStaff: !(viewer instanceof Error) && isStaff(viewer),
        };
        let cost: number;
        try {
          cost = costOfOperation({ schema, document, operation, variables }, circumstances);
        } catch (error) {
          // The estimate gives up on documents with too many nodes, such as fragments within fragments.
          throw error instanceof GraphQLError ? badInput(error.message) : error;
        }
        if (cost <= MAX_COST) return;
        throw badInput(`The query may cost ${cost}, and ${MAX_COST} is the most: ask for fewer rows or levels.`);
      },
    }),
};

function badInput(message: string, field: string | null = null): GraphQLError {
  const named = field === null ? {} : { field };
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', ...named, http: { status: 400 } } });
}

export const limits = {
  parseOptions: { maxTokens: MAX_TOKENS },
  validationRules: [withinLimits],
  plugins: [costLimit],
} satisfies Partial<ApolloServerOptions<Context>>;
