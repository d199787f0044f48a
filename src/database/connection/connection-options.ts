import type { ConnectionOptions } from 'mysql2';
import type { DatabaseAddress } from './address';

const CONNECT_TIMEOUT_MS = 10_000;
/** Where there is another host to go to. */
const SHORT_CONNECT_TIMEOUT_MS = 3_000;
/** A proxy may drop a connection that is silent for a minute; the system's own keep-alive starts after two hours. */
const KEEP_ALIVE_MS = 30_000;

/**
 * The driver's options for one connection to that database, for TypeORM and for plain connections alike.
 * @param host which of the address's hosts
 */
export function connectionOptions(address: DatabaseAddress, host = address.hosts[0]): ConnectionOptions {
  return {
    user: address.user,
    ...(address.password === undefined ? {} : { password: address.password }),
    database: address.database,
    ...(address.socketPath === undefined ? { host: host?.host, port: host?.port } : { socketPath: address.socketPath }),
    ...(address.tls === undefined
      ? {}
      : {
          ssl: {
            rejectUnauthorized: address.tls.verify,
            ...(address.tls.ca === undefined ? {} : { ca: address.tls.ca }),
          },
        }),
    charset: 'utf8mb4_unicode_ci',
    timezone: 'Z',
    connectTimeout: address.hosts.length > 1 ? SHORT_CONNECT_TIMEOUT_MS : CONNECT_TIMEOUT_MS,
    enableKeepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
    supportBigNumbers: true,
    bigNumberStrings: true,
  };
}
