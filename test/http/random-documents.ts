import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLObjectType,
  type NamedTypeNode,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';

export interface RandomDocument {
  document: string;
  variables: Record<string, unknown>;
}

const MAX_LEVELS = 4;

/** Whole numbers below n that are the same in every run with the same seed. */
class Dice {
  constructor(private state: number) {}

  below(n: number): number {
    this.state = (this.state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((this.state / 2_147_483_648) * n);
  }

  one<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

/** Writes documents of a schema: fields, aliases, fragments, directives, literals and variables, given, null or left out. */
export class DocumentWriter {
  private readonly dice: Dice;
  private definitions: string[] = [];
  private variables: Record<string, unknown> = {};
  private fragments: string[] = [];
  private count = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    seed: number,
  ) {
    this.dice = new Dice(seed + 1);
  }

  next(): RandomDocument {
    [this.definitions, this.variables, this.fragments, this.count] = [[], {}, [], 0];
    const { dice, schema } = this;
    const isQuery = dice.below(3) > 0;
    const root = (isQuery ? schema.getQueryType() : schema.getMutationType()) as GraphQLObjectType;
    const body = this.selection(root, 0);
    const definitions = this.definitions.length === 0 ? '' : `(${this.definitions.join(', ')})`;
    const operation = `${isQuery ? 'query' : 'mutation'} Random${definitions} ${body}`;
    return { document: [operation, ...this.fragments].join('\n'), variables: this.variables };
  }

  /** A value for each variable of that operation. */
  valuesOf({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> {
    return Object.fromEntries(
      variableDefinitions.map(({ variable, type }) => {
        const input = typeFromAST(this.schema, type as NamedTypeNode) as GraphQLInputType | undefined;
        if (input === undefined) throw new Error(`no type of $${variable.name.value}`);
        return [variable.name.value, this.value(input)];
      }),
    );
  }

  private selection(type: GraphQLObjectType, level: number): string {
    const fields = Object.values(type.getFields());
    const parts = Array.from({ length: 1 + this.dice.below(3) }, () => {
      const field = this.dice.one(fields);
      const named = getNamedType(field.type);
      if (isObjectType(named) && level >= MAX_LEVELS) return `${this.name('t')}: __typename`;
      const inner = isObjectType(named) ? ` ${this.selection(named, level + 1)}` : '';
      return `${this.name('a')}: ${field.name}${this.arguments(field.args)}${this.directive()}${inner}`;
    });
    const set = `{ ${parts.join(' ')} }`;
    if (this.dice.below(6) === 0) return `{ ... on ${type.name}${this.directive()} ${set} }`;
    if (this.dice.below(6) > 0) return set;
    const name = this.name('F');
    this.fragments.push(`fragment ${name} on ${type.name} ${set}`);
    return `{ ...${name}${this.directive()} __typename }`;
  }

  private directive(): string {
    if (this.dice.below(6) > 0) return '';
    const which = this.dice.one(['include', 'skip']);
    if (this.dice.below(2) === 0) return ` @${which}(if: ${this.dice.one(['true', 'false'])})`;
    return ` @${which}(if: $${this.variable('Boolean!', this.dice.below(2) === 0)})`;
  }

  private arguments(args: readonly GraphQLArgument[]): string {
    const given = args.flatMap(({ name, type, defaultValue }) => {
      const mayOmit = !isNonNullType(type) || defaultValue !== undefined;
      if (mayOmit && this.dice.below(3) === 0) return [];
      return [`${name}: ${this.literal(type, true)}`];
    });
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  }

  /** A value in the document: written out, or a variable, which is given, null or left out. */
  private literal(type: GraphQLInputType, mayVary: boolean): string {
    if (mayVary && this.dice.below(2) === 0) {
      const isGiven = isNonNullType(type) || this.dice.below(2) === 0;
      const value = isGiven ? this.value(type) : this.dice.below(2) === 0 ? null : undefined;
      const hasDefault = !isNonNullType(type) && !isInputObjectType(getNamedType(type)) && this.dice.below(3) === 0;
      return `$${this.variable(String(type), value, hasDefault ? this.literal(type, false) : undefined)}`;
    }
    if (isNonNullType(type)) return this.literal(type.ofType, false);
    if (this.dice.below(6) === 0) return 'null';
    if (isListType(type)) return `[${this.literal(type.ofType, mayVary)}]`;
    if (!isInputObjectType(type)) return written(this.value(type), isEnumType(type));
    const fields = Object.values(type.getFields()).flatMap((field) =>
      !isNonNullType(field.type) && this.dice.below(2) === 0
        ? []
        : [`${field.name}: ${this.literal(field.type, true)}`],
    );
    return `{ ${fields.join(', ')} }`;
  }

  /** As JSON has it. */
  private value(type: GraphQLInputType): unknown {
    if (isNonNullType(type)) return this.value(type.ofType);
    if (isListType(type)) return [this.value(type.ofType)];
    if (isEnumType(type)) return this.dice.one(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) => isNonNullType(field.type) || this.dice.below(2) === 0,
      );
      return Object.fromEntries(fields.map((field) => [field.name, this.value(field.type)]));
    }
    const values: Record<string, readonly unknown[]> = {
      Int: [1, 7, 1000],
      Float: [1.5],
      Boolean: [true, false],
      ID: ['1', '999'],
      Money: ['10.00', '0.5', 3],
      Percentage: ['12.5', '100'],
      DateTime: ['2026-01-01T00:00:00.000Z'],
    };
    return this.dice.one(values[type.name] ?? ['text', 'Zoë "1"']);
  }

  private variable(type: string, value: unknown, byDefault?: string): string {
    const name = this.name('v');
    this.definitions.push(`$${name}: ${type}${byDefault === undefined ? '' : ` = ${byDefault}`}`);
    if (value !== undefined) this.variables[name] = value;
    return name;
  }

  private name(prefix: string): string {
    this.count += 1;
    return `${prefix}${this.count}`;
  }
}

const written = (value: unknown, isEnum: boolean): string => (isEnum ? String(value) : JSON.stringify(value));
