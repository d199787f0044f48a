import 'reflect-metadata';
import { mkdirSync, writeFileSync } from 'node:fs';
import { buildSchemas, schemaText } from '../resolvers/schema';

// Writes the committed schema files; a test compares them with the code.
const schemas = buildSchemas();
mkdirSync('schema', { recursive: true });
writeFileSync('schema/public.graphql', schemaText(schemas.public));
writeFileSync('schema/admin.graphql', schemaText(schemas.admin));
process.stderr.write('Wrote schema/public.graphql and schema/admin.graphql.\n');
