import type { DataSource } from 'typeorm';
import type { MysqlDriver } from 'typeorm/driver/mysql/MysqlDriver';

/** How the connections of a process to its database stand. */
export interface PoolFigures {
  /** Connections that somebody uses. */
  busy: number;
  /** Open, and free for the next. */
  idle: number;
  /** Whoever waits for one to become free. */
  waiting: number;
  /** How many there may be at most. */
  limit: number;
}

/** As the driver's pool keeps them. It types none of it; a test holds that they are there. */
interface DriverPool {
  config: { connectionLimit: number };
  _allConnections: { length: number };
  _freeConnections: { length: number };
  _connectionQueue: { length: number };
}

export function poolFigures({ driver }: DataSource): PoolFigures {
  const pool = (driver as MysqlDriver).pool as DriverPool;
  const idle = pool._freeConnections.length;
  return {
    busy: pool._allConnections.length - idle,
    idle,
    waiting: pool._connectionQueue.length,
    limit: pool.config.connectionLimit,
  };
}
