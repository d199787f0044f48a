import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { buildSchema, parse } from 'graphql';
import { format, resolveConfig } from 'prettier';

// node console/codegen.mjs: types what the console and the examples ask, by the committed schemas. A test holds the
// results true.
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const TARGETS = {
  console: {
    schema: 'admin',
    documents: at('src/api/operations.graphql'),
    output: at('src/api/operations.ts'),
    documentMode: 'string',
  },
  pool: {
    schema: 'public',
    documents: at('src/api/pool.graphql'),
    output: at('src/api/pool-operations.ts'),
    documentMode: 'string',
  },
  examples: {
    schema: 'public',
    documents: at('../examples/operations.graphql'),
    output: at('../examples/operations.ts'),
    documentMode: 'documentNode',
  },
};

/** What a target's output must be. */
export async function generate({ schema, documents, output, documentMode }) {
  const sdl = readFileSync(at(`../schema/${schema}.graphql`), 'utf8');
  const text = await codegen({
    filename: output,
    schema: parse(sdl),
    schemaAst: buildSchema(sdl),
    documents: [{ location: documents, document: parse(readFileSync(documents, 'utf8')) }],
    pluginMap: { typescriptOperations, typedDocumentNode },
    plugins: [{ typescriptOperations: {} }, { typedDocumentNode: {} }],
    config: {
      documentMode,
      useTypeImports: true,
      enumsAsTypes: true,
      enumType: 'string-literal',
      skipTypename: true,
      strictScalars: true,
      defaultScalarType: 'never',
      scalars: { DateTime: 'string', Money: 'string', Percentage: 'string' },
    },
  });
  const header = `// Generated from ${basename(documents)} and the ${schema} schema by console/codegen.mjs: do not edit.\n`;
  return format(header + text, { ...(await resolveConfig(output)), filepath: output });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === '--print') process.stdout.write(await generate(TARGETS[process.argv[3]]));
  else for (const target of Object.values(TARGETS)) writeFileSync(target.output, await generate(target));
}
