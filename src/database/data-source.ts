import mysql, { type Pool, type PoolOptions } from 'mysql2';
import { DataSource, type Logger } from 'typeorm';
import { Contribution } from '../entities/contribution';
import { Operation } from '../entities/operation';
import { Payment } from '../entities/payment';
import { PoolState } from '../entities/pool';
import { Sale } from '../entities/sale';
import { User } from '../entities/user';
import { Vehicle } from '../entities/vehicle';
import type { DatabaseAddress } from './address';
import { connectionOptions } from './connection-options';
import { migrations } from './migrations';

/** How many connections one server holds at most. */
const POOL_SIZE = 10;

/**
 * What every session relies on, whatever the server's own settings: times in UTC, errors instead of cut values, and
 * reads that see what has been committed (operations are serial by the pool's lock, not by snapshots).
 */
const SESSION_SETTINGS = [
  `SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`,
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
];

/** TypeORM over the pool's tables at that address; not connected yet. */
export function createDataSource(address: DatabaseAddress, logger?: Logger): DataSource {
  const { database, charset, timezone, connectTimeout, ...rest } = connectionOptions(address);
  return new DataSource({
    type: 'mysql',
    driver: { ...mysql, createPool: createPreparedPool },
    database,
    charset,
    timezone,
    connectTimeout,
    poolSize: POOL_SIZE,
    supportBigNumbers: true,
    bigNumberStrings: true,
    entities: [User, Vehicle, Sale, Payment, Contribution, Operation, PoolState],
    migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    ...(logger === undefined ? {} : { logger, logging: 'all' as const }),
    extra: rest,
  });
}

/** The driver sends a connection's statements in order, so these run before anything else on it. */
function createPreparedPool(options: PoolOptions): Pool {
  const pool = mysql.createPool(options);
  pool.on('connection', (connection) => {
    for (const statement of SESSION_SETTINGS) {
      connection.query(statement, (error: Error | null) => {
        // A session without these settings must not be used: its times and errors would differ silently.
        if (error !== null) connection.destroy();
      });
    }
  });
  return pool;
}
