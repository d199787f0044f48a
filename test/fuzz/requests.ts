import { fc } from '../support/random';
import {
  getNamedType,
  getNullableType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { Digits, type Known, valuesFor } from './values';

/** A field of a schema's root. */
export interface RootField {
  /** Such as "Mutation.buyVehicle". */
  path: string;
  isMutation: boolean;
  field: Field;
}

/** One request of the fuzz: its body, and which root field it asks for. */
export interface FuzzRequest extends Pick<RootField, 'path' | 'isMutation'> {
  body: string;
}

type Field = GraphQLField<unknown, unknown>;

export function rootFields(schema: GraphQLSchema): RootField[] {
  return [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.values(type?.getFields() ?? {}).map((field) => ({
      path: `${type?.name ?? ''}.${field.name}`,
      isMutation: type === schema.getMutationType(),
      field,
    })),
  );
}

/** Requests for that root field with values for all its inputs, and at times for those of the fields below it. */
export function requestsFor(root: RootField, known: Known): fc.Arbitrary<FuzzRequest> {
  const byDepth = (depth: number): fc.Arbitrary<FuzzRequest> => {
    const inputs = inputsOf(root.field, depth);
    const values = inputs.map(({ name, type }) =>
      fc.option(valuesFor(name, type, known), { freq: isNonNullType(type) ? 40 : 4, nil: undefined }),
    );
    return fc.tuple(fc.boolean(), fc.tuple(...values), LEFT_OUT).map(([asLiterals, given, leftOut]) => {
      const kept = given.map((value, i) => (leftOut.includes(inputs[i]?.name ?? '') ? undefined : value));
      return { ...root, body: bodyOf(root, depth, kept, asLiterals) };
    });
  };
  return fc.oneof({ weight: 6, arbitrary: byDepth(-1) }, { weight: 1, arbitrary: byDepth(1) });
}

/** A page goes forward or backward; a document that asks for both at once is refused, and would teach nothing more. */
const FORWARD = ['first', 'after'];
const BACKWARD = ['last', 'before'];
/** Most cursors are of another list, and refused: half of the pages are first ones. */
const LEFT_OUT = fc.constantFrom(FORWARD, BACKWARD, [...FORWARD, 'before'], [...BACKWARD, 'after'], []);

function inputsOf(field: Field, depth: number): GraphQLArgument[] {
  const inputs: GraphQLArgument[] = [];
  callOf(field, depth, (argument) => {
    inputs.push(argument);
    return null;
  });
  return inputs;
}

/** That field; down to a depth with its plain fields and the objects below it, as a document writes it. */
function callOf(field: Field, depth: number, write: (argument: GraphQLArgument) => string | null): string {
  const given = field.args.map(write).filter((text) => text !== null);
  const call = `${field.name}${given.length === 0 ? '' : `(${given.join(', ')})`}`;
  const type = getNamedType(field.type);
  if (!isObjectType(type)) return call;
  const below = depth < 0 ? [] : Object.values(type.getFields());
  const asked = below.filter((each) => depth > 0 || !isObjectType(getNamedType(each.type)));
  return `${call} { ${['__typename', ...asked.map((each) => callOf(each, depth - 1, write))].join(' ')} }`;
}

function bodyOf(
  { field, isMutation }: RootField,
  depth: number,
  given: readonly unknown[],
  asLiterals: boolean,
): string {
  const declared: string[] = [];
  const variables: Record<string, unknown> = {};
  let i = 0;
  const selection = callOf(field, depth, ({ name, type }) => {
    const value = given[i++];
    if (value === undefined) return null;
    if (asLiterals) return `${name}: ${literal(value, type)}`;
    const variable = `v${i}`;
    declared.push(`$${variable}: ${String(type)}`);
    variables[variable] = value;
    return `${name}: $${variable}`;
  });
  const head = `${isMutation ? 'mutation' : 'query'}${declared.length === 0 ? '' : `(${declared.join(', ')})`}`;
  return json({ query: `${head} { ${selection} }`, variables });
}

const BARE = /"digits:([^"]*)"/g;

/** JSON, with the digits of numbers that JavaScript does not have. */
function json(value: unknown): string {
  const marked = JSON.stringify(value, (_key, part: unknown) =>
    part instanceof Digits ? `digits:${part.text}` : part,
  );
  return marked.replace(BARE, '$1');
}

/** That value as a literal of a document, where it has such a form; in variables every value has. */
function literal(value: unknown, type: GraphQLInputType | undefined): string {
  const named = type === undefined ? undefined : getNullableType(type);
  if (value instanceof Digits) return value.text;
  if (Array.isArray(value)) {
    const item = isListType(named) ? named.ofType : undefined;
    return `[${value.map((each) => literal(each, item)).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = isInputObjectType(named) ? named.getFields() : {};
    const parts = Object.entries(value).filter(([, part]) => part !== undefined);
    return `{ ${parts.map(([name, part]) => `${name}: ${literal(part, fields[name]?.type)}`).join(', ')} }`;
  }
  if (typeof value === 'string' && isEnumType(named) && /^[A-Za-z_]\w*$/.test(value)) return value;
  return JSON.stringify(value);
}
