import { createRequire } from 'node:module';
import { run, SetupError } from '../processes.mjs';
import { mysqlTree } from './mysql.mjs';

const require = createRequire(import.meta.url);

/** The database server that TEST_DATABASE_URL names. */
export const given = {
  name: 'given',
  what: 'the server of TEST_DATABASE_URL',
  async start() {
    const { version, hasLog } = await askServer(process.env.TEST_DATABASE_URL);
    const family = version.includes('MariaDB') ? 'mariadb' : 'mysql';
    if (!hasLog) this.name = 'given-without-log';
    this.what = `${version} of TEST_DATABASE_URL`;
    return {
      environment: { TEST_FAMILY: family, PATH: family === 'mysql' ? await withMySqlClients() : process.env.PATH },
      stop: () => Promise.resolve(),
    };
  },
};

async function askServer(url) {
  // Needs the npm packages, which may have been installed just now.
  const mysql = require('mysql2/promise');
  const { connectionOptions } = require('../../dist/src/database/connection/connection-options.js');
  const { parseDatabaseUrl } = require('../../dist/src/database/connection/url.js');
  const address = parseDatabaseUrl(url);
  if (typeof address === 'string') throw new SetupError(`TEST_DATABASE_URL ${address}.`);
  const options = connectionOptions(address);
  delete options.database;
  try {
    const connection = await mysql.createConnection(options);
    const [[row]] = await connection.query(
      "SELECT VERSION() AS version, @@log_bin = 1 AND @@binlog_format = 'ROW' AS hasLog",
    );
    await connection.end();
    return { version: row.version, hasLog: Number(row.hasLog) === 1 };
  } catch (error) {
    throw new SetupError(`The server of TEST_DATABASE_URL cannot be used: ${error.message}.`);
  }
}

/** A PATH with MySQL's own clients: on many machines the programs of their names are MariaDB's, or one is missing. */
async function withMySqlClients() {
  const programs = await Promise.all(['mysqldump', 'mysqlbinlog'].map((name) => run(name, ['--version'])));
  if (programs.every(({ code, output }) => code === 0 && !output.includes('MariaDB'))) return process.env.PATH;
  return `${await mysqlTree()}/bin:${process.env.PATH}`;
}
