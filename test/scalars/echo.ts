import { graphql, type GraphQLScalarType, GraphQLObjectType, GraphQLSchema } from 'graphql';

/** What a scalar made of an input and gives back as output; or its refusal. */
export interface Echo {
  inside: unknown;
  output: unknown;
  code: unknown;
}

/** A schema of one field that gives back its argument. */
export class EchoSchema {
  private inside: unknown;
  private readonly schema: GraphQLSchema;

  constructor(private readonly scalar: GraphQLScalarType) {
    this.schema = new GraphQLSchema({
      query: new GraphQLObjectType({
        name: 'Query',
        fields: {
          echo: {
            type: scalar,
            args: { value: { type: scalar } },
            resolve: (_source, { value }: { value?: unknown }) => (this.inside = value),
          },
        },
      }),
    });
  }

  /** @param text as it stands in the document */
  literal(text: string): Promise<Echo> {
    return this.ask(`{ echo(value: ${text}) }`);
  }

  variable(value: unknown): Promise<Echo> {
    return this.ask(`query ($value: ${this.scalar.name}) { echo(value: $value) }`, { value });
  }

  private async ask(source: string, variableValues?: Record<string, unknown>): Promise<Echo> {
    this.inside = undefined;
    const { data, errors } = await graphql({ schema: this.schema, source, ...(variableValues && { variableValues }) });
    return { inside: this.inside, output: data?.echo, code: errors?.[0]?.extensions.code };
  }
}
