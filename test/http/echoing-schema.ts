import {
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLSchema,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
} from 'graphql';
import { buildSchemas } from '../../src/resolvers/schema';

interface Source {
  seed: number;
}

/** What each resolver was handed, in the order in which it was asked. */
export type Calls = string[];

/** Money of the real types: what a scalar gives out when it is serialised. */
const VALUES: Readonly<Record<string, (seed: number) => unknown>> = {
  Money: (seed) => BigInt(seed - 500),
  Percentage: (seed) => seed,
  DateTime: (seed) => new Date(1.7e12 + seed),
  Int: (seed) => seed,
  Float: (seed) => seed / 4,
  Boolean: (seed) => seed % 2 === 0,
  ID: (seed) => String(seed),
  String: (seed) => `text ${seed}`,
};

/**
 * The real admin schema with resolvers that tell what they were handed, and answer by it alone: values, nulls, lists and
 * errors. So two executors that differ in anything give different answers or different calls.
 */
export function echoingSchema(calls: Calls): GraphQLSchema {
  const schema = buildSchemas().admin;
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) field.resolve = echo(type.name, field, calls);
  }
  return schema;
}

function echo(parent: string, field: GraphQLField<unknown, unknown>, calls: Calls) {
  return (source: unknown, args: object): unknown => {
    const handed = text(args);
    calls.push(`${parent}.${field.name} ${handed}`);
    const seed = hash(`${(source as Source | undefined)?.seed ?? 0} ${field.name} ${handed}`);
    if (seed % 41 === 0) throw new Error(`${field.name} failed`);
    if (!isNonNullType(field.type) && seed % 7 === 0) return null;
    const inner = getNullableType(field.type);
    if (!isListType(inner)) return value(field, seed);
    return Array.from({ length: seed % 4 }, (_, i) => value(field, hash(`${seed} ${i}`)));
  };
}

function value(field: GraphQLField<unknown, unknown>, seed: number): unknown {
  const type = getNamedType(field.type);
  if (isEnumType(type)) return type.getValues()[seed % type.getValues().length]?.value;
  if (isScalarType(type)) return VALUES[type.name]?.(seed);
  return { seed } satisfies Source;
}

function hash(input: string): number {
  let sum = 17;
  for (const letter of input) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 999_983;
  return sum % 1_000;
}

/** Tells what is undefined, null and absent apart; the order of arguments means nothing. */
export function text(args: unknown): string {
  return JSON.stringify(args, (_key, part: unknown) => {
    if (typeof part === 'bigint') return `${part}n`;
    if (typeof part !== 'object' || part === null || Array.isArray(part))
      return part === undefined ? 'undefined' : part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
