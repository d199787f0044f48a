import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { buildSchema, parse } from 'graphql';
import { format, resolveConfig } from 'prettier';

// node console/codegen.mjs: types what the console asks by the committed admin schema. A test holds the result true.
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const documentsFile = at('src/api/operations.graphql');
const output = at('src/api/operations.ts');

/** What src/api/operations.ts must be. */
export async function generate() {
  const schemaAst = buildSchema(readFileSync(at('../schema/admin.graphql'), 'utf8'));
  const text = await codegen({
    filename: output,
    schema: parse(readFileSync(at('../schema/admin.graphql'), 'utf8')),
    schemaAst,
    documents: [{ location: documentsFile, document: parse(readFileSync(documentsFile, 'utf8')) }],
    pluginMap: { typescriptOperations, typedDocumentNode },
    plugins: [{ typescriptOperations: {} }, { typedDocumentNode: {} }],
    config: {
      documentMode: 'string',
      useTypeImports: true,
      enumsAsTypes: true,
      enumType: 'string-literal',
      skipTypename: true,
      strictScalars: true,
      defaultScalarType: 'never',
      scalars: { DateTime: 'string', Money: 'string', Percentage: 'string' },
    },
  });
  const header = '// Generated from operations.graphql and the admin schema by console/codegen.mjs: do not edit.\n';
  return format(header + text, { ...(await resolveConfig(output)), filepath: output });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === '--print') process.stdout.write(await generate());
  else writeFileSync(output, await generate());
}
