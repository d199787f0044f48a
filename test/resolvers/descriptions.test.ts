import { type GraphQLArgument, isEnumType, isInputObjectType, isObjectType, isSpecifiedScalarType } from 'graphql';
import { DESCRIPTIONS } from '../../src/resolvers/descriptions';
import { buildSchemas } from '../../src/resolvers/schema';

type Described = [path: string, description: string | null | undefined];

interface Field {
  name: string;
  description?: string | null | undefined;
  args?: readonly GraphQLArgument[];
}

/** Every type, field, argument and value of a schema. */
function partsOf(schema: ReturnType<typeof buildSchemas>['public']): Described[] {
  return Object.values(schema.getTypeMap()).flatMap((type): Described[] => {
    if (type.name.startsWith('__') || isSpecifiedScalarType(type)) return [];
    const own: Described = [type.name, type.description];
    if (isEnumType(type)) {
      return [own, ...type.getValues().map((value): Described => [`${type.name}.${value.name}`, value.description])];
    }
    if (!isObjectType(type) && !isInputObjectType(type)) return [own];
    const all: readonly Field[] = Object.values(type.getFields());
    const fields = all.flatMap(({ name, description, args = [] }): Described[] => {
      const path = `${type.name}.${name}`;
      return [[path, description], ...args.map((arg): Described => [`${path}(${arg.name})`, arg.description])];
    });
    return [own, ...fields];
  });
}

const schemas = buildSchemas();

test.each(['public', 'admin'] as const)('every part of the %s schema has a description', (name) => {
  const parts = partsOf(schemas[name]);
  expect(parts.length).toBeGreaterThan(200);
  expect(parts.filter(([, description]) => !description).map(([path]) => path)).toEqual([]);
  // A sentence ends.
  expect(parts.filter(([, description]) => !/[.?!:)">]$/.test(description ?? '')).map(([path]) => path)).toEqual([]);
});

test('the table describes nothing that is gone', () => {
  const paths = new Set(partsOf(schemas.admin).map(([path]) => path));
  expect(Object.keys(DESCRIPTIONS).filter((path) => !paths.has(path))).toEqual([]);
});
