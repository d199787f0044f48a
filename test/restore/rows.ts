import type { Query } from '../../src/database/connection/query';

/** Every row of every table in the database that is in use, in the order of the primary key. */
export async function rowsOf(query: Query): Promise<Record<string, unknown[]>> {
  const tables = await query(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'`,
  );
  const rows: Record<string, unknown[]> = {};
  for (const name of tables.map((table) => String(table.name))) {
    rows[name] = await query('SELECT * FROM ?? ORDER BY 1', [name]);
  }
  return rows;
}
