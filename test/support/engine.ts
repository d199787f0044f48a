import type { ClientFamily } from '../../src/backup/client/option-file';
import leftOut from '../left-out';

/** The kind of the server that all tests share. */
export const FAMILY: ClientFamily = process.env.TEST_FAMILY === 'mysql' ? 'mysql' : 'mariadb';

/** Like `test`, but skipped where test/left-out.js names it for the engine under test. */
export function testUnlessLeftOut(name: string, run: () => Promise<void>): void {
  const { TEST_ENGINE } = process.env;
  const isOut = TEST_ENGINE !== undefined && leftOut(TEST_ENGINE).some((each) => each.test === name);
  (isOut ? test.skip : test)(name, run);
}

/** Whether a test can have another like it to itself: not of a cluster, nor of one that is given. */
export const CAN_HAVE_ANOTHER = !/^(galera|given.*)$/.test(process.env.TEST_ENGINE ?? '');

/** The client programs that are at work on it, and the package that has them. */
export const CLIENTS = {
  mariadb: { dump: 'mariadb-dump', restore: 'mariadb', log: 'mariadb-binlog', debianPackage: 'mariadb-client' },
  mysql: { dump: 'mysqldump', restore: 'mysql', log: 'mysqlbinlog', debianPackage: 'mysql-client' },
}[FAMILY];
