import {
  BREAK,
  type DefinitionNode,
  type DocumentNode,
  getNamedType,
  type GraphQLInputObjectType,
  type GraphQLSchema,
  isInputObjectType,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** So many fields, fragments spread, take about a megabyte as a function. */
const MAX_FIELDS = 1_000;

/**
 * Tells which documents graphql-jit compiles to the very answers of graphql-js. The others are interpreted:
 *
 * - A mutation: where its first field fails, the compiled function does the second one nevertheless.
 * - A variable of an input type that contains itself: compiling never ends, and takes the process along.
 * - A variable within an object or a list in the document: where it is left out, the compiled function puts null in its
 *   place, which clears what should have stayed as it is.
 * - More fields than are worth a function.
 */
export function compilable(schema: GraphQLSchema): (document: DocumentNode) => boolean {
  const endless = recursiveInputs(schema);
  return (document) =>
    document.definitions.every(isNoMutation) &&
    countFields(document) <= MAX_FIELDS &&
    !hasVariableOf(endless, document) &&
    !hasVariableWithin(document);
}

function isNoMutation(definition: DefinitionNode): boolean {
  return definition.kind !== Kind.OPERATION_DEFINITION || definition.operation === OperationTypeNode.QUERY;
}

/** The names of the input types that contain themselves, and of those that contain such a type. */
export function recursiveInputs(schema: GraphQLSchema): ReadonlySet<string> {
  const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType);
  const endless = (type: GraphQLInputObjectType, above: readonly string[]): boolean =>
    above.includes(type.name) ||
    Object.values(type.getFields()).some((field) => {
      const inner = getNamedType(field.type);
      return isInputObjectType(inner) && endless(inner, [...above, type.name]);
    });
  return new Set(inputs.filter((type) => endless(type, [])).map(({ name }) => name));
}

function hasVariableOf(types: ReadonlySet<string>, document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    VariableDefinition: ({ type }) => {
      let named = type;
      while (named.kind !== Kind.NAMED_TYPE) named = named.type;
      if (!types.has(named.name.value)) return undefined;
      found = true;
      return BREAK;
    },
  });
  return found;
}

function hasVariableWithin(document: DocumentNode): boolean {
  let depth = 0;
  let found = false;
  const value = { enter: () => void (depth += 1), leave: () => void (depth -= 1) };
  visit(document, {
    ObjectValue: value,
    ListValue: value,
    Variable: () => {
      if (depth === 0) return undefined;
      found = true;
      return BREAK;
    },
  });
  return found;
}

/** How many fields there are once fragments are spread. The bound on a request's cost keeps their number in bounds. */
function countFields({ definitions }: DocumentNode): number {
  const fragments = new Map(
    definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION).map((each) => [each.name.value, each]),
  );
  const countIn = (set: SelectionSetNode | undefined): number =>
    (set?.selections ?? []).reduce((count, selection) => {
      if (selection.kind === Kind.FIELD) return count + 1 + countIn(selection.selectionSet);
      if (selection.kind === Kind.INLINE_FRAGMENT) return count + countIn(selection.selectionSet);
      return count + countIn(fragments.get(selection.name.value)?.selectionSet);
    }, 0);
  return definitions.reduce(
    (count, each) => count + (each.kind === Kind.OPERATION_DEFINITION ? countIn(each.selectionSet) : 0),
    0,
  );
}
