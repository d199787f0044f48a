import {
  type DocumentNode,
  getVariableValues,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { argumentPath } from './argument-path';

interface WrongVariable {
  /** In one sentence. */
  message: string;
  /** The argument, or the field of it, that gets the value; null where no argument does. */
  field: string | null;
}

/**
 * Checks a request's variables. The message names the place of the fault and not the value, which may be a password.
 * Stops at the first fault: graphql-js prints the whole value for each one, so that a large object with many faults would
 * occupy the server for minutes.
 * @returns the fault, or null
 */
export function wrongVariable(
  schema: GraphQLSchema,
  document: DocumentNode,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): WrongVariable | null {
  const { errors } = getVariableValues(schema, variableDefinitions, variables, { maxErrors: 1 });
  const [first] = errors ?? [];
  return first === undefined ? null : withoutValue(first, document);
}

/** graphql-js says: Variable "$NAME" got invalid value VALUE at "PLACE"; REASON */
function withoutValue({ message, originalError }: GraphQLError, document: DocumentNode): WrongVariable {
  const [named, name] = /^Variable "\$(\w+)"/.exec(message) ?? [];
  const argument = argumentPath(document, (node) => node.kind === Kind.VARIABLE && node.name.value === name);
  // The message about a missing variable has no value in it.
  if (named === undefined || originalError === undefined) return { message, field: argument };
  const reason = originalError.message;
  const place = / at "([\w.[\]]+)"$/.exec(message.slice(0, -`; ${reason}`.length))?.[1];
  const within = place?.slice(name?.length ?? 0) ?? '';
  return {
    message: `${named} got an invalid value${place === undefined ? '' : ` at "${place}"`}: ${reason}`,
    field: argument === null ? null : `${argument}${within}`,
  };
}
