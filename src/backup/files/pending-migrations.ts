import type { Backup } from './catalogue';

/** The migrations that a restored file still needs, in their order; null where it is from a newer program, or another. */
export function pendingMigrations(
  { schemaVersion }: Pick<Backup, 'schemaVersion'>,
  known: readonly string[],
): string[] | null {
  if (schemaVersion === 'none' || schemaVersion === 'unknown') return [];
  const at = known.indexOf(schemaVersion);
  return at === -1 ? null : known.slice(at + 1);
}

/** What is found of a database of such a schema, as half a sentence. */
export function unknownSchema(schemaVersion: string): string {
  return `it has the schema ${schemaVersion}, which this version does not know`;
}
