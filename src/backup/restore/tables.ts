import { OWN_TABLES } from '../../database/own-tables';
import type { Query } from '../ledger';

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

export interface Trigger {
  name: string;
  onTable: string;
}

/** A trigger of that schema, with which no server moves a table to another; null where there is none. */
export async function triggerOf(query: Query, schema: string): Promise<Trigger | null> {
  const [row] = await query(
    'SELECT TRIGGER_NAME AS name, EVENT_OBJECT_TABLE AS onTable FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ? LIMIT 1',
    [schema],
  );
  return row === undefined ? null : { name: String(row.name), onTable: String(row.onTable) };
}

/** Why the tables of that schema cannot be moved to another, in one sentence; null where they can. */
export async function whyImmovable(query: Query, schema: string): Promise<string | null> {
  const trigger = await triggerOf(query, schema);
  if (trigger !== null) {
    return (
      `The table ${trigger.onTable} of ${schema} has the trigger ${trigger.name}, and no server moves ` +
      `such a table: drop the trigger first, and make it again afterwards.`
    );
  }
  const [key] = await query(
    'SELECT CONSTRAINT_SCHEMA AS owner, TABLE_NAME AS onTable, CONSTRAINT_NAME AS name ' +
      'FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE UNIQUE_CONSTRAINT_SCHEMA = ? AND CONSTRAINT_SCHEMA <> ? LIMIT 1',
    [schema, schema],
  );
  if (key === undefined) return null;
  return (
    `The table ${String(key.onTable)} of the database ${String(key.owner)} refers to ${schema} (${String(key.name)}), and ` +
    `would refer to what is replaced: drop that foreign key first, and make it again afterwards.`
  );
}
