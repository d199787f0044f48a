import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  Kind,
  OperationTypeNode,
  parse,
  separateOperations,
  validate,
} from 'graphql';
import { ADMIN_EXAMPLES, PUBLIC_EXAMPLES } from '../../console/src/playground/examples';
import { compilable, recursiveInputs } from '../../src/http/graphql/compilable';
import { DocumentRunner } from '../../src/http/graphql/document-runner';
import { type Calls, echoingSchema, text } from './echoing-schema';
import { DocumentWriter } from './random-documents';

/** FUZZ_CASES asks for more. */
const RANDOM = Number(process.env.FUZZ_CASES ?? 1_500);
/** The compiled function answers from the second use on. */
const USES = 3;
const ROOT = path.join(__dirname, '..', '..');

interface Request {
  document: DocumentNode;
  operationName?: string;
  variables?: Record<string, unknown>;
}

describe('a compiled document answers as an interpreted one does', () => {
  const calls: Calls = [];
  const schema = echoingSchema(calls);
  const isCompilable = compilable(schema);

  interface Outcome {
    data: string;
    errors: string[];
    calls: string[];
  }
  async function outcome(run: () => Promise<ExecutionResult>): Promise<Outcome> {
    calls.length = 0;
    const { data, errors = [] } = await run();
    const told = errors.map(({ message, path: where }) => `${message} at ${text(where)}`).sort();
    // As it is sent: a field that was left out is not there.
    return { data: JSON.stringify(data), errors: told, calls: [...calls].sort() };
  }

  async function isTheSame({ document, operationName, variables }: Request): Promise<void> {
    const runner = new DocumentRunner(schema, true);
    const asked = { document, context: {}, operationName, variables };
    const interpreted = await outcome(() => runner.interpret(asked));
    for (let use = 1; use <= USES; use += 1) {
      const compiled = await outcome(() => runner.run(asked));
      expect(compiled.data).toBe(interpreted.data);
      if (interpreted.errors.length === 0) expect(compiled).toEqual(interpreted);
      // A failure may end the fields beside it, or not: then more of them may have been asked, and have failed.
      else expect(compiled.errors).toEqual(expect.arrayContaining(interpreted.errors));
    }
  }

  test('those of the examples and of the console', async () => {
    let seen = 0;
    const writer = new DocumentWriter(schema, 21);
    const files = ['examples/operations.graphql', 'console/src/api/operations.graphql', 'console/src/api/pool.graphql'];
    for (const file of files) {
      for (const document of Object.values(separateOperations(parse(readFileSync(path.join(ROOT, file), 'utf8'))))) {
        const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
        if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
        // A file with a mutation in it would be interpreted as a whole.
        if (operation.operation === OperationTypeNode.QUERY) expect(isCompilable(document)).toBe(true);
        await isTheSame({
          document,
          operationName: operation.name?.value ?? '',
          variables: writer.valuesOf(operation),
        });
        seen += 1;
      }
    }
    for (const { query, variables } of [...PUBLIC_EXAMPLES, ...ADMIN_EXAMPLES]) {
      await isTheSame({
        document: parse(query),
        ...(variables === undefined ? {} : { variables: JSON.parse(variables) as Record<string, unknown> }),
      });
      seen += 1;
    }
    expect(seen).toBeGreaterThan(15);
  });

  test(`${RANDOM} of a generator, most of them compiled`, async () => {
    const writer = new DocumentWriter(schema, 21);
    let compiled = 0;
    let valid = 0;
    for (let i = 0; i < RANDOM; i += 1) {
      const { document: source, variables } = writer.next();
      const document = parse(source);
      if (validate(schema, document).length > 0) continue;
      valid += 1;
      if (isCompilable(document)) compiled += 1;
      try {
        await isTheSame({ document, operationName: 'Random', variables });
      } catch (error) {
        throw new Error(`${source}\n${text(variables)}\n${(error as Error).message}`, { cause: error });
      }
    }
    expect(valid).toBeGreaterThan(RANDOM / 2);
    expect(compiled).toBeGreaterThan(valid / 3);
  }, 120_000);

  test('a variable that is left out of an object stays out: what was left out is not cleared', async () => {
    const document = parse(
      'mutation ($title: String!, $vin: String) { buyVehicle(input: { title: $title, cost: 1, vin: $vin }) { id } }',
    );
    const runner = new DocumentRunner(schema, true);
    for (let use = 1; use <= USES; use += 1) {
      calls.length = 0;
      await runner.run({ document, context: {}, operationName: undefined, variables: { title: 'Golf' } });
      expect(calls[0]).toBe('Mutation.buyVehicle {"input":{"cost":"100n","title":"Golf"}}');
    }
  });

  test('where the first of two mutations fails, the second is not done', async () => {
    const failing = buildSchema('type Query { a: Int } type Mutation { one: Int! two: Int! }');
    let done = 0;
    const fields = failing.getMutationType()?.getFields();
    if (fields?.one === undefined || fields.two === undefined) throw new Error('no mutations');
    fields.one.resolve = () => Promise.reject(new Error('refused'));
    fields.two.resolve = () => (done += 1);
    const runner = new DocumentRunner(failing, true);
    const asked = { document: parse('mutation { one two }'), context: {}, operationName: undefined, variables: {} };
    for (let use = 1; use <= USES; use += 1) await runner.run(asked);
    expect(done).toBe(0);
  });
});

describe('what is not compiled', () => {
  const endless: GraphQLSchema = buildSchema(`
    type Query { find(filter: Filter, around: Around, plain: Plain): String }
    input Filter { and: [Filter!], name: String }
    input Around { filter: Filter }
    input Plain { name: String }
  `);

  test('a variable of an input type that contains itself: it is interpreted, and the process lives', async () => {
    expect([...recursiveInputs(endless)]).toEqual(['Filter', 'Around']);
    const runner = new DocumentRunner(endless, true);
    for (const type of ['Filter', 'Around']) {
      const argument = type.toLowerCase();
      const document = parse(`query ($x: ${type}) { find(${argument}: $x) }`);
      expect(compilable(endless)(document)).toBe(false);
      for (let use = 1; use <= USES; use += 1) {
        const asked = { document, context: {}, operationName: undefined, variables: { x: {} } };
        expect(await runner.run(asked)).toEqual({ data: { find: null } });
      }
    }
    expect(compilable(endless)(parse('query ($x: Plain) { find(plain: $x) }'))).toBe(true);
    // Where $name is left out, the compiled function would put null in its place.
    expect(compilable(endless)(parse('query ($name: String) { find(plain: { name: $name }) }'))).toBe(false);
  });

  test('anything, where the setting is off', async () => {
    const runner = new DocumentRunner(endless, false);
    const document = parse('{ find }');
    for (let use = 1; use <= USES; use += 1) {
      const asked = { document, context: {}, operationName: undefined, variables: {} };
      // A compiled function makes its own objects; graphql-js makes them without a prototype.
      expect(Object.getPrototypeOf((await runner.run(asked)).data)).toBeNull();
    }
  });
});
