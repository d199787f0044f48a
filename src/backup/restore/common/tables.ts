import { OWN_TABLES } from '../../../database/connection/own-tables';
import type { Query } from '../../../database/connection/query';
import { DumpFilter } from './dump-filter';

/**
 * The names of everything in that schema that holds rows: tables and sequences, but no views, and none of the tables
 * beside the pool's.
 */
export async function tablesOf(query: Query, schema: string): Promise<string[]> {
  const rows = await query(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = ? AND TABLE_TYPE NOT IN ('VIEW', 'SYSTEM VIEW') AND TABLE_NAME NOT IN (?)
     ORDER BY TABLE_NAME`,
    [schema, OWN_TABLES],
  );
  return rows.map(({ name }) => String(name));
}

/** How many bytes the tables of that schema take, about. */
export async function bytesOf(query: Query, schema: string): Promise<number> {
  const [row] = await query(
    'SELECT COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH), 0) AS bytes FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?',
    [schema],
  );
  return Number(row?.bytes ?? 0);
}

export async function schemaExists(query: Query, schema: string): Promise<boolean> {
  const rows = await query('SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?', [schema]);
  return rows.length > 0;
}

/** Why the tables of that schema cannot be moved to another, in one sentence; null where they can. */
export async function whyImmovable(query: Query, schema: string): Promise<string | null> {
  const [key] = await query(
    'SELECT CONSTRAINT_SCHEMA AS owner, TABLE_NAME AS onTable, CONSTRAINT_NAME AS name ' +
      'FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE UNIQUE_CONSTRAINT_SCHEMA = ? AND CONSTRAINT_SCHEMA <> ? LIMIT 1',
    [schema, schema],
  );
  if (key !== undefined) {
    return (
      `The table ${String(key.onTable)} of the database ${String(key.owner)} refers to ${schema} (${String(key.name)}), and ` +
      `would refer to what is replaced: drop that foreign key first, and make it again afterwards.`
    );
  }
  const elsewhere = await inOwnFolder(query, schema);
  if (elsewhere === null) return null;
  return (
    `The ${elsewhere} of ${schema} lies in a folder of its own, and no server moves such a table safely: restore with ` +
    `--into, or with the stock client (docs/recovery.md, "Without our commands").`
  );
}

/** A table that was made with DATA DIRECTORY or INDEX DIRECTORY: "table elsewhere (/mnt/fast)". */
async function inOwnFolder(query: Query, schema: string): Promise<string | null> {
  const filter = new DumpFilter(schema);
  for (const name of await tablesOf(query, schema)) {
    const [row] = await query('SHOW CREATE TABLE ??.??', [schema, name]).catch(() => []);
    const definition = row?.['Create Table'];
    if (typeof definition === 'string') filter.push(Buffer.from(`${definition};\n`));
  }
  return filter.contents.elsewhere[0] ?? null;
}
