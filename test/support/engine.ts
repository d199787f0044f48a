import type { ClientFamily } from '../../src/backup/option-file';

/** The kind of the server that all tests share. */
export const FAMILY: ClientFamily = process.env.TEST_FAMILY === 'mysql' ? 'mysql' : 'mariadb';

/** Whether it is a cluster, of which a test can have no second one to itself. */
export const IS_CLUSTER = process.env.TEST_ENGINE === 'galera';

/** The client programs that are at work on it, and the package that has them. */
export const CLIENTS = {
  mariadb: { dump: 'mariadb-dump', restore: 'mariadb', debianPackage: 'mariadb-client' },
  mysql: { dump: 'mysqldump', restore: 'mysql', debianPackage: 'mysql-client' },
}[FAMILY];
