import type { ConnectionOptions } from 'mysql2';
import type { DatabaseAddress } from './address';

const CONNECT_TIMEOUT_MS = 10_000;

/** The driver's options for one connection to that database, for TypeORM and for plain connections alike. */
export function connectionOptions(address: DatabaseAddress): ConnectionOptions {
  const [first] = address.hosts;
  return {
    user: address.user,
    ...(address.password === undefined ? {} : { password: address.password }),
    database: address.database,
    ...(address.socketPath === undefined
      ? { host: first?.host, port: first?.port }
      : { socketPath: address.socketPath }),
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
    connectTimeout: CONNECT_TIMEOUT_MS,
    supportBigNumbers: true,
    bigNumberStrings: true,
  };
}
