import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { Refusal } from '../services/errors';
import type { Context } from './context';

type Resolver = GraphQLFieldResolver<unknown, Context>;

/** The services name a wrong value as they know it, such as "vin"; where it came in an input, clients know "input.vin". */
export function applyInputFields(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    if (field.resolve === undefined || !field.args.some(({ name }) => name === 'input')) continue;
    const resolve: Resolver = field.resolve;
    field.resolve = (async (source, args, context, info) => {
      try {
        return await resolve(source, args, context, info);
      } catch (error) {
        if (!(error instanceof Refusal) || typeof error.details.field !== 'string') throw error;
        const details = { ...error.details, field: `input.${error.details.field}` };
        throw new Refusal(error.code, error.message, details, error.cause);
      }
    }) satisfies Resolver;
  }
  return schema;
}
