import { getVariableValues, type GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';

/**
 * What is wrong with a request's variables, in one sentence, or null. It names the place and not the value, which may
 * hold a password. No second fault is looked for: each one takes the time to print the whole value, so that a large
 * object of many faults would occupy the server for minutes.
 */
export function wrongVariable(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): string | null {
  const { errors } = getVariableValues(schema, variableDefinitions, variables, { maxErrors: 1 });
  const [first] = errors ?? [];
  return first === undefined ? null : withoutValue(first);
}

/** graphql-js says: Variable "$NAME" got invalid value VALUE at "PLACE"; REASON */
function withoutValue({ message, originalError }: GraphQLError): string {
  const [named] = /^Variable "\$\w+"/.exec(message) ?? [];
  // Of a variable that is missing nothing is printed.
  if (named === undefined || originalError === undefined) return message;
  const reason = originalError.message;
  const place = / at "([\w.[\]]+)"$/.exec(message.slice(0, -`; ${reason}`.length))?.[1];
  return `${named} got an invalid value${place === undefined ? '' : ` at "${place}"`}: ${reason}`;
}
