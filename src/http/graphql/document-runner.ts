import { type DocumentNode, execute, type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import type { CompiledQuery } from 'graphql-jit';
import { compilable } from './compilable';

/**
 * Compiling takes as long as some executions: what a person types once in a playground is not worth it. The store of
 * documents gives out the same document from its third use on.
 */
const WORTH_COMPILING_AT_USE = 2;

interface Known {
  uses: number;
  /** Null where it is not compiled (yet), or cannot be. */
  compiled: CompiledQuery | null;
}

export interface Asked {
  document: DocumentNode;
  context: unknown;
  operationName: string | undefined;
  variables: Record<string, unknown> | undefined;
}

/** Executes documents by graphql-js, or by a compiled function that gives the same answers. */
export class DocumentRunner {
  // By operation name. A document that its store forgets takes its functions along.
  private readonly functions = new WeakMap<DocumentNode, Map<string | undefined, Known>>();
  private readonly isCompilable: (document: DocumentNode) => boolean;

  /** @param mayCompile false: every document is interpreted */
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly mayCompile: boolean,
  ) {
    this.isCompilable = compilable(schema);
  }

  async interpret({ document, context, operationName, variables }: Asked): Promise<ExecutionResult> {
    const { schema } = this;
    return execute({ schema, document, contextValue: context, variableValues: variables, operationName });
  }

  /** Compiled where the document came often enough, and else interpreted. */
  async run(asked: Asked): Promise<ExecutionResult> {
    const compiled = await this.compiledFor(asked);
    if (compiled === null) return this.interpret(asked);
    const result = await compiled.query(undefined, asked.context, asked.variables);
    // Variables that do not fit, before anything was executed: clients know the words of graphql-js.
    if (result.data === undefined) return this.interpret(asked);
    return result.errors === undefined ? result : { ...result, errors: result.errors.map(asGraphqlError) };
  }

  private async compiledFor({ document, operationName }: Asked): Promise<CompiledQuery | null> {
    // No operation has that name, which the compiler takes for none given.
    if (!this.mayCompile || operationName === '') return null;
    const ofDocument = this.functions.get(document) ?? new Map<string | undefined, Known>();
    this.functions.set(document, ofDocument);
    const known = ofDocument.get(operationName) ?? { uses: 0, compiled: null };
    ofDocument.set(operationName, known);
    known.uses += 1;
    if (known.uses === WORTH_COMPILING_AT_USE && this.isCompilable(document)) {
      // Loaded for the first document and not at the start, of which it would take a tenth.
      const { compileQuery, isCompiledQuery } = await import('graphql-jit');
      const compiled = compileQuery(this.schema, document, operationName);
      if (isCompiledQuery(compiled)) known.compiled = compiled;
    }
    return known.compiled;
  }
}

/** The compiled function's own errors lack what Apollo reads of every error, their extensions. */
function asGraphqlError({ message, path, locations, originalError }: GraphQLError): GraphQLError {
  const error = new GraphQLError(message, { path, originalError });
  // Known of the nodes that the function was compiled from, which it does not keep.
  return Object.defineProperty(error, 'locations', { value: locations, enumerable: true });
}
