import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import { Role } from '../entities/enums';
import { Refusal } from '../services/errors';
import { HARMLESS } from './audit-trail';
import type { Context } from './context';

/** Refuses each change at once that would wait for a full disk. */
export function refuseWithoutSpace(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    if (HARMLESS.has(field.name)) continue;
    const resolve = (field.resolve ?? defaultFieldResolver) as GraphQLFieldResolver<unknown, Context>;
    field.resolve = async (source, args, context: Context, info): Promise<unknown> => {
      const problem = await context.whyNoChange();
      if (problem !== null) throw refusal(problem, context);
      return resolve(source, args, context, info);
    };
  }
  return schema;
}

/** What is wrong with the machine is for an ADMIN. */
function refusal(problem: string, { viewer }: Context): Refusal {
  const isAdmin = !(viewer instanceof Refusal) && viewer.role === Role.ADMIN;
  const message = isAdmin
    ? `${problem} Nothing was changed.`
    : 'The server takes no changes at the moment: nothing was changed, and you may try again later.';
  return new Refusal('SERVICE_UNAVAILABLE', message);
}
