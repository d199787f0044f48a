import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { fromRequest } from '../services/changes';
import { Refusal } from '../services/errors';
import { orOutcomeUnknown, orUnavailable } from '../services/retry';
import type { Context } from './context';

const SECRET = /password|token/i;

/** Mutations by which nothing is changed. */
export const HARMLESS: ReadonlySet<string> = new Set(['login']);

/** Every mutation leaves a line in the audit trail, whether it was done, refused or failed. */
export function applyAuditTrail(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    if (field.resolve !== undefined) field.resolve = audited(field.name, field.resolve as Resolver);
  }
  return schema;
}

type Resolver = GraphQLFieldResolver<unknown, Context, Record<string, unknown>>;

function audited(action: string, resolve: Resolver): Resolver {
  return async (source, args, context, info) => {
    const { viewer, audit, requestId, address } = context;
    const who = viewer instanceof Refusal ? { actor: null, role: null } : { actor: viewer.id, role: viewer.role };
    const entry = { action, ...who, input: withoutSecrets(args) };
    try {
      const { result, change } = await fromRequest({ requestId, address }, () =>
        Promise.resolve(resolve(source, args, context, info)),
      );
      const id = (result as { id?: number } | null)?.id;
      audit({ ...entry, outcome: 'done', ...(id === undefined ? {} : { result: id }), ...(change && { change }) });
      return result;
    } catch (error) {
      const cause = HARMLESS.has(action) ? orUnavailable(error) : orOutcomeUnknown(error);
      audit({ ...entry, outcome: cause instanceof Refusal ? cause.code : 'INTERNAL_SERVER_ERROR' });
      throw error;
    }
  };
}

/** The arguments in a form that is safe in a log: no secrets, amounts as text, long texts cut. */
function withoutSecrets(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !SECRET.test(name))
      .map(([name, part]) => [name, loggable(part)]),
  );
}

function loggable(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return value.slice(0, 254);
  if (value instanceof Date || typeof value !== 'object' || value === null) return value;
  return withoutSecrets(value);
}
