import mysql, { type PoolConnection, type PoolOptions } from 'mysql2';
import type { DatabaseHost } from '../connection/address';
import { ASK_WHETHER_READY } from '../connection/galera';
import {
  asConnectionPool,
  type ConnectionLimits,
  type ConnectionPool,
  NoFreeConnection,
  PreparedPool,
} from '../connection/connection-pool';
import { HostWatch } from './host-watch';
import { figuresOfAll } from '../connection/connection-figures';

const PROBE_MS = 3_000;

/**
 * A pool over several servers of one cluster: each connection is to the first that answers, in the order of preference,
 * and they go back by themselves.
 */
export function createFailoverPool(
  options: PoolOptions,
  hosts: readonly DatabaseHost[],
  limits: ConnectionLimits,
): ConnectionPool {
  if (hosts.length <= 1) {
    const pool = new PreparedPool(options, limits);
    return asConnectionPool(
      () => pool.acquire(),
      () => pool.end(),
      () => pool.figures(),
    );
  }
  const pools = new Map(hosts.map((host) => [host, new PreparedPool({ ...options, ...host }, limits)]));
  const watch = new HostWatch(
    hosts,
    (host) => probe({ ...options, ...host }),
    (host) => pools.get(host)?.closeAll(),
  );
  const acquire = async (): Promise<PoolConnection> => {
    let failure: unknown;
    for (const host of watch.order()) {
      try {
        return await (pools.get(host) as PreparedPool).acquire();
      } catch (error) {
        // It answers, and has enough to do.
        if (error instanceof NoFreeConnection) throw error;
        watch.leave(host);
        failure ??= error;
      }
    }
    throw failure;
  };
  const end = async (): Promise<void> => {
    watch.stop();
    await Promise.all([...pools.values()].map((pool) => pool.end()));
  };
  return asConnectionPool(acquire, end, () => figuresOfAll([...pools.values()].map((pool) => pool.figures())));
}

/** Whether a server can be used: it lets us in and is ready, within a few seconds. */
function probe({ host, port, user, password, database, ssl }: PoolOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const connection = mysql.createConnection({ host, port, user, password, database, ssl, connectTimeout: PROBE_MS });
    const timer = setTimeout(() => {
      finish(new Error('no answer in time'));
    }, PROBE_MS);
    const finish = (error: Error | null): void => {
      clearTimeout(timer);
      if (error === null) {
        connection.end(() => undefined);
        resolve();
      } else {
        connection.destroy();
        reject(error);
      }
    };
    connection.on('error', finish);
    connection.query(ASK_WHETHER_READY, finish);
  });
}
