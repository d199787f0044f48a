import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { formatPercentage, parsePercentage, type Ppm } from '../values/percentage';

function read(value: unknown, node?: ValueNode): Ppm {
  const rate = typeof value === 'string' || typeof value === 'number' ? parsePercentage(String(value)) : null;
  if (rate !== null) return rate;
  const message = 'Percentage must be from 0 to 100 with at most four decimals, such as "33.3334".';
  throw new GraphQLError(message, { nodes: node, extensions: { code: 'BAD_USER_INPUT' } });
}

export const Percentage = new GraphQLScalarType<Ppm, string>({
  name: 'Percentage',
  description: `A percentage, such as a share of the pool, exact to four decimals, as a string: "33.3334".
The shares of all members of a pool that holds capital add up to exactly "100.0000".`,
  serialize: (value) => formatPercentage(value as Ppm),
  parseValue: (value) => read(value),
  parseLiteral: (node) =>
    read(node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT ? node.value : null, node),
});
