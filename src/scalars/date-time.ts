import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import { isoTime } from '../values/iso-time';

function parse(value: unknown, node?: ValueNode): Date {
  try {
    return GraphQLDateTimeISO.parseValue(value);
  } catch {
    throw new GraphQLError('DateTime must be ISO 8601 with a time zone, such as "2026-11-23T01:02:03.456Z".', {
      nodes: node,
      extensions: { code: 'BAD_USER_INPUT' },
    });
  }
}

export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'A point in time: ISO 8601, UTC, milliseconds: "2026-11-23T01:02:03.456Z".',
  serialize: (value) => isoTime(value as Date),
  parseValue: (value) => parse(value),
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : node.kind, node),
});
