import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { type Row, runStatement } from '../database/connection/statement';

/** SQL about the row `t`, and what its question marks stand for, in order. */
export type Condition = readonly [sql: string, ...parameters: unknown[]];

interface Clauses {
  /** All of them must hold. */
  where?: readonly Condition[];
  orderBy?: string;
  limit?: number;
  /** Until the transaction ends, nobody else may change the rows. Spelled as both families know it. */
  lock?: 'FOR UPDATE' | 'LOCK IN SHARE MODE';
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
  const { where = [], orderBy, limit, lock } = clauses;
  const sql = [
    `SELECT ${columns.map(({ databaseName, propertyName }) => `${databaseName} AS ${propertyName}`).join(', ')}`,
    `FROM ${tableName} t`,
    ...where.map(([condition], i) => `${i === 0 ? 'WHERE' : 'AND'} ${condition}`),
    ...(orderBy === undefined ? [] : [`ORDER BY ${orderBy}`]),
    ...(limit === undefined ? [] : [`LIMIT ${limit}`]),
    ...(lock === undefined ? [] : [lock]),
  ].join(' ');
  const rows = await query(
    manager,
    sql,
    where.flatMap(([, ...parameters]) => parameters),
  );
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
  options: Pick<Clauses, 'lock'> = {},
): Promise<T | null> {
  const [row = null] = await readRows(manager, entity, { where: [['id = ?', id]], ...options });
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

function query(manager: EntityManager, sql: string, parameters: readonly unknown[]): Promise<Row[]> {
  // One with a query runner is within a transaction.
  return manager.queryRunner === undefined
    ? runStatement(manager.dataSource, sql, parameters)
    : manager.query(sql, [...parameters]);
}
