import type { Pool } from 'mysql2';

/** How the connections of a process to its database stand. */
export interface ConnectionFigures {
  /** Connections that somebody uses. */
  busy: number;
  /** Open, and free for the next. */
  idle: number;
  /** Requests that wait for a free connection. */
  waiting: number;
  /** How many there may be at most, at the server that is in use. */
  limit: number;
}

/** The figures of the driver's pool. The driver has no types for these fields; a test holds that they exist. */
export function driverFigures(pool: Pool): ConnectionFigures {
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

/** The sum over the pools of several servers, of which one is in use at a time. */
export function figuresOfAll(pools: readonly ConnectionFigures[]): ConnectionFigures {
  const sum = (of: (figures: ConnectionFigures) => number): number =>
    pools.reduce((total, figures) => total + of(figures), 0);
  return {
    busy: sum(({ busy }) => busy),
    idle: sum(({ idle }) => idle),
    waiting: sum(({ waiting }) => waiting),
    limit: Math.max(...pools.map(({ limit }) => limit)),
  };
}
