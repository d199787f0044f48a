import type { QueryRunner } from 'typeorm';

/** Adds those indexes that are not there: a try that was cut off may have made some. @param indexes table, name, columns */
export async function addIndexes(
  runner: QueryRunner,
  indexes: readonly (readonly [table: string, name: string, columns: string])[],
): Promise<void> {
  for (const [table, name, columns] of indexes) {
    const made = (await runner.query(`SHOW INDEX FROM ${table} WHERE Key_name = ?`, [name])) as unknown[];
    if (made.length === 0) await runner.query(`ALTER TABLE ${table} ADD INDEX ${name} (${columns})`);
  }
}
