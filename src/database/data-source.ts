import type { MysqlDriver } from 'typeorm/driver/mysql/MysqlDriver';
import type { ConnectionFigures } from './connection/connection-figures';
import type { ConnectionPool } from './connection/connection-pool';
import mysql, { type PoolOptions } from 'mysql2';
import { DataSource, type DataSourceOptions, type Logger } from 'typeorm';
import { Change } from '../entities/change';
import { ChangeCounter } from '../entities/change-counter';
import { CommissionRate } from '../entities/commission-rate';
import { Contribution } from '../entities/contribution';
import { IdempotencyKey } from '../entities/idempotency-key';
import { Operation } from '../entities/operation';
import { Payment } from '../entities/payment';
import { PoolState } from '../entities/pool';
import { Sale } from '../entities/sale';
import { User } from '../entities/user';
import { Vehicle } from '../entities/vehicle';
import type { DatabaseAddress, DatabaseHost } from './connection/address';
import { connectionOptions } from './connection/connection-options';
import { type ConnectionLimits, PATIENT, PROMPT } from './connection/connection-pool';
import { createFailoverPool } from './cluster/failover-pool';
import { migrations } from './migrations';

/** How many connections one server holds at most. */
const POOL_SIZE = 10;

/** The tables of the ledger. */
export const ENTITIES = [
  User,
  Vehicle,
  Sale,
  Payment,
  Contribution,
  Operation,
  PoolState,
  IdempotencyKey,
  CommissionRate,
  Change,
  ChangeCounter,
];
export const MIGRATIONS_TABLE = 'migrations';

/** TypeORM over the pool's tables at that address; not connected yet. */
export function createDataSource(address: DatabaseAddress, logger?: Logger, limits = PROMPT): DataSource {
  const { database, charset, timezone, connectTimeout, ...rest } = connectionOptions(address);
  return withPlainTableNames({
    type: 'mysql',
    driver: driverWith(address.hosts, limits),
    database,
    charset,
    timezone,
    connectTimeout,
    poolSize: POOL_SIZE,
    supportBigNumbers: true,
    bigNumberStrings: true,
    entities: ENTITIES,
    migrations,
    migrationsTableName: MIGRATIONS_TABLE,
    migrationsTransactionMode: 'each',
    ...(logger === undefined ? {} : { logger, logging: 'all' as const }),
    extra: rest,
  });
}

/** The same database, for statements that may take their time; not connected yet. */
export function patientCopy({ options }: DataSource): DataSource {
  const { hosts } = (options as { driver: PooledDriver }).driver;
  return withPlainTableNames({ ...options, driver: driverWith(hosts, PATIENT) });
}

/** TypeORM would part the name of a database at its dots; all our tables are in the one that the session uses. */
function withPlainTableNames(options: DataSourceOptions): DataSource {
  const dataSource = new DataSource(options);
  dataSource.driver.buildTableName = (name) => name;
  return dataSource;
}

/** The driver as TypeORM takes it, with pools of our own. */
interface PooledDriver {
  hosts: readonly DatabaseHost[];
  createPool(options: PoolOptions): unknown;
}

function driverWith(hosts: readonly DatabaseHost[], limits: ConnectionLimits): PooledDriver {
  return { ...mysql, hosts, createPool: (options) => createFailoverPool(options, hosts, limits) };
}

/** How the connections of that data source stand. */
export function connectionFigures({ driver }: DataSource): ConnectionFigures {
  return ((driver as MysqlDriver).pool as ConnectionPool).figures();
}
