import type { ApolloServerPlugin, GraphQLRequestContextWillSendResponse } from '@apollo/server';
import { Kind, type OperationDefinitionNode } from 'graphql';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { Context } from '../../resolvers/context';
import { type ErrorCode, isOurs } from '../../services/error-codes';

/** Counts and times the requests of both schemas. */
export class GraphqlMetrics {
  private readonly operations: Counter<'schema' | 'field' | 'outcome'>;
  private readonly durations: Histogram<'schema' | 'field'>;
  private readonly errors: Counter<'code'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.operations = new Counter({
      name: 'motorpool_graphql_operations_total',
      help: 'GraphQL requests by first root field and outcome: done, refused (for a reason of the request) or failed.',
      labelNames: ['schema', 'field', 'outcome'],
      registers,
    });
    this.durations = new Histogram({
      name: 'motorpool_graphql_duration_seconds',
      help: 'How long GraphQL requests took, by first root field.',
      labelNames: ['schema', 'field'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.errors = new Counter({
      name: 'motorpool_graphql_errors_total',
      help: 'Errors in GraphQL answers, by code.',
      labelNames: ['code'],
      registers,
    });
    // An alert sees the first one only where there was a zero before it.
    this.errors.inc({ code: 'OUTCOME_UNKNOWN' satisfies ErrorCode }, 0);
  }

  /** For the server of that schema, "public" or "admin". */
  plugin(schema: string): ApolloServerPlugin<Context> {
    return {
      requestDidStart: () => {
        const began = performance.now();
        return Promise.resolve({
          willSendResponse: (request) => {
            this.count(schema, request, (performance.now() - began) / 1000);
            return Promise.resolve();
          },
        });
      },
    };
  }

  private count(schema: string, request: GraphQLRequestContextWillSendResponse<Context>, seconds: number): void {
    const { body } = request.response;
    const codes = body.kind === 'single' ? (body.singleResult.errors ?? []).map(codeOf) : [];
    for (const code of codes) this.errors.inc({ code });
    const outcome = codes.length === 0 ? 'done' : codes.some(isOurs) ? 'failed' : 'refused';
    const field = firstField(request.operation);
    this.operations.inc({ schema, field, outcome });
    this.durations.observe({ schema, field }, seconds);
  }
}

function codeOf({ extensions }: { extensions?: Record<string, unknown> }): string {
  return typeof extensions?.code === 'string' ? extensions.code : 'UNKNOWN';
}

/** Only for valid documents: a client's text must not become a label. */
function firstField(operation: OperationDefinitionNode | undefined): string {
  const [first] = operation?.selectionSet.selections ?? [];
  if (first === undefined) return 'invalid';
  return first.kind === Kind.FIELD ? first.name.value : 'fragment';
}
