import type { Pool } from 'mysql2';
import type { DataSource } from 'typeorm';
import type { MysqlDriver } from 'typeorm/driver/mysql/MysqlDriver';
import type { ConnectionPool } from './connection-pool';

/** How the connections of a process to its database stand. */
export interface PoolFigures {
  /** Connections that somebody uses. */
  busy: number;
  /** Open, and free for the next. */
  idle: number;
  /** Whoever waits for one to become free. */
  waiting: number;
  /** How many there may be at most, at the server that is in use. */
  limit: number;
}

/** Of the process's own pool. */
export function poolFigures({ driver }: DataSource): PoolFigures {
  return ((driver as MysqlDriver).pool as ConnectionPool).figures();
}

/** Of the driver's pool, which keeps them and types none of it; a test holds that they are there. */
export function driverFigures(pool: Pool): PoolFigures {
  const { config, _allConnections, _freeConnections, _connectionQueue } = pool as unknown as {
    config: { connectionLimit: number };
    _allConnections: { length: number };
    _freeConnections: { length: number };
    _connectionQueue: { length: number };
  };
  const idle = _freeConnections.length;
  return {
    busy: _allConnections.length - idle,
    idle,
    waiting: _connectionQueue.length,
    limit: config.connectionLimit,
  };
}

/** Of the pools of several servers, of which one is in use at a time. */
export function figuresOfAll(pools: readonly PoolFigures[]): PoolFigures {
  const sum = (of: (figures: PoolFigures) => number): number =>
    pools.reduce((total, figures) => total + of(figures), 0);
  return {
    busy: sum(({ busy }) => busy),
    idle: sum(({ idle }) => idle),
    waiting: sum(({ waiting }) => waiting),
    limit: Math.max(...pools.map(({ limit }) => limit)),
  };
}
