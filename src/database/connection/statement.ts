import type { QueryError } from 'mysql2';
import { type DataSource, QueryFailedError } from 'typeorm';
import type { MysqlDriver } from 'typeorm/driver/mysql/MysqlDriver';
import type { ConnectionPool } from './connection-pool';

export type Row = Record<string, unknown>;

/**
 * Runs one statement outside of transactions, on whichever connection is free. TypeORM's own way there makes a query
 * runner, two events, a wrapper around the connection and a copy of the rows, which short reads feel.
 * @throws QueryFailedError as TypeORM does; the driver's error where there is no connection
 */
export function runStatement({ driver }: DataSource, sql: string, parameters: readonly unknown[]): Promise<Row[]> {
  const pool = (driver as MysqlDriver).pool as ConnectionPool;
  return new Promise((resolve, reject) => {
    pool.getConnection((noConnection, connection) => {
      if (noConnection !== null) {
        reject(noConnection);
        return;
      }
      connection.query(sql, [...parameters], (error: QueryError | null, rows) => {
        connection.release();
        if (error === null) resolve(rows as Row[]);
        else reject(new QueryFailedError(sql, [...parameters], error));
      });
    });
  });
}
