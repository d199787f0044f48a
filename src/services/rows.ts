import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { type Row, runStatement } from '../database/statement';

export interface Conditions {
  /** All of them must hold. */
  where?: readonly string[];
  /** For their question marks, in order. */
  parameters?: readonly unknown[];
}

interface Clauses extends Conditions {
  orderBy?: string;
  limit?: number;
  /** Until the transaction ends, nobody else may change the rows. */
  forUpdate?: boolean;
}

/**
 * Reads rows of an entity's table. TypeORM's own hydration takes several times as long
 * as the statement, which lists feel (`npm run bench -- --only read-list,read-nested`).
 */
export async function readRows<T extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<T>,
  clauses: Clauses,
): Promise<T[]> {
  const { columns, tableName, target } = manager.dataSource.getMetadata(entity);
  const { where = [], orderBy, limit, forUpdate = false, parameters = [] } = clauses;
  const sql = [
    `SELECT ${columns.map(({ databaseName, propertyName }) => `${databaseName} AS ${propertyName}`).join(', ')}`,
    `FROM ${tableName}`,
    ...allOf(where),
    ...(orderBy === undefined ? [] : [`ORDER BY ${orderBy}`]),
    ...(limit === undefined ? [] : [`LIMIT ${limit}`]),
    ...(forUpdate ? ['FOR UPDATE'] : []),
  ].join(' ');
  const rows = await query(manager, sql, parameters);
  for (const { propertyName, transformer } of columns) {
    if (transformer === undefined || Array.isArray(transformer)) continue;
    for (const row of rows) row[propertyName] = transformer.from(row[propertyName]);
  }
  // TypeGraphQL would copy whatever is no entity for each field that a resolver of ours gives.
  const { prototype } = target as { prototype: object };
  for (const row of rows) Object.setPrototypeOf(row, prototype);
  return rows as T[];
}

/** The row with that id, or null. */
export async function readRow<T extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<T>,
  id: number,
  options: Pick<Clauses, 'forUpdate'> = {},
): Promise<T | null> {
  const [row = null] = await readRows(manager, entity, { where: ['id = ?'], parameters: [id], ...options });
  return row;
}

/** The row that another row points at. @throws Error where it is missing, which a foreign key forbids */
export async function requireRow<T extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<T>,
  id: number,
): Promise<T> {
  const row = await readRow(manager, entity, id);
  if (row === null) throw new Error(`Row ${id} is missing although another row points at it.`);
  return row;
}

/** How many rows fulfil all the conditions. */
export async function countRows<T extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<T>,
  { where = [], parameters = [] }: Conditions,
): Promise<number> {
  const { tableName } = manager.dataSource.getMetadata(entity);
  const sql = ['SELECT COUNT(*) AS count', `FROM ${tableName}`, ...allOf(where)].join(' ');
  const [row] = await query(manager, sql, parameters);
  return Number(row?.count);
}

function query(manager: EntityManager, sql: string, parameters: readonly unknown[]): Promise<Row[]> {
  // One with a query runner is within a transaction.
  return manager.queryRunner === undefined
    ? runStatement(manager.dataSource, sql, parameters)
    : manager.query(sql, [...parameters]);
}

function allOf(conditions: readonly string[]): string[] {
  return conditions.length === 0 ? [] : [`WHERE ${conditions.join(' AND ')}`];
}
