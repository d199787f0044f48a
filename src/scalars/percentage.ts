import { GraphQLError, GraphQLScalarType } from 'graphql';
import { formatPercentage, type Ppm } from '../values/percentage';

function refuse(): never {
  throw new GraphQLError('Percentage is only ever an output.', { extensions: { code: 'BAD_USER_INPUT' } });
}

export const Percentage = new GraphQLScalarType<Ppm, string>({
  name: 'Percentage',
  description: `A share of the pool in percent, exact to four decimals, as a string: "33.3334".
The shares of all members of a pool that holds capital add up to exactly "100.0000".`,
  serialize: (value) => formatPercentage(value as Ppm),
  parseValue: refuse,
  parseLiteral: refuse,
});
