import { readFileSync, writeFileSync } from 'node:fs';
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
  console: { schema: 'admin', folder: at('src/api/'), documentMode: 'string' },
  examples: { schema: 'public', folder: at('../examples/'), documentMode: 'documentNode' },
};

/** What operations.ts beside a target's operations.graphql must be. */
export async function generate({ schema, folder, documentMode }) {
  const sdl = readFileSync(at(`../schema/${schema}.graphql`), 'utf8');
  const documentsFile = `${folder}operations.graphql`;
  const output = `${folder}operations.ts`;
  const text = await codegen({
    filename: output,
    schema: parse(sdl),
    schemaAst: buildSchema(sdl),
    documents: [{ location: documentsFile, document: parse(readFileSync(documentsFile, 'utf8')) }],
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
  const header = `// Generated from operations.graphql and the ${schema} schema by console/codegen.mjs: do not edit.\n`;
  return format(header + text, { ...(await resolveConfig(output)), filepath: output });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === '--print') process.stdout.write(await generate(TARGETS[process.argv[3]]));
  else
    for (const target of Object.values(TARGETS)) writeFileSync(`${target.folder}operations.ts`, await generate(target));
}
