import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { formatCents, parseCents, type Cents } from '../values/money';

const FORM = 'a decimal with at most two fraction digits, such as "1500.00", of at most 9999999999999.99';

function parse(text: string, node?: ValueNode): Cents {
  const cents = parseCents(text);
  if (cents !== null) return cents;
  const shown = text.length > 40 ? `${text.slice(0, 40)}...` : text;
  // The code is stated here, since a refused literal would otherwise count as a failed validation of the document.
  throw new GraphQLError(`Money must be ${FORM}, not ${JSON.stringify(shown)}.`, {
    nodes: node,
    extensions: { code: 'BAD_USER_INPUT' },
  });
}

export const Money = new GraphQLScalarType<Cents, string>({
  name: 'Money',
  description: `An exact amount of money in the pool's currency. Never a float anywhere on its way.
Output: a decimal string with exactly two fraction digits: "1500.00", "-0.01".
Input: such a string with up to two fraction digits, an integer, or a decimal literal or number
with at most two fraction digits. Anything else ("1e3", "1,5", 0.005, "", "NaN") is BAD_USER_INPUT.
Magnitude at most 9999999999999.99.`,
  serialize: (value) => formatCents(value as Cents),
  // A JSON number within the limit prints as its shortest decimal, which is what the client wrote.
  parseValue: (value) => parse(typeof value === 'number' || typeof value === 'string' ? String(value) : typeof value),
  parseLiteral: (node) =>
    parse(
      node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT ? node.value : node.kind,
      node,
    ),
});
