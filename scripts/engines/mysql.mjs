import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { run, SetupError } from '../processes.mjs';
import { debianTree } from './debian-tree.mjs';

const ACCOUNT = 'test';
const START_MS = 60_000;
const STOP_MS = 30_000;

/** The programs of MySQL 9 of Debian unstable; the one that reads binary logs is among those of the server. */
export function mysqlTree() {
  return debianTree('mysql', ['mysql-server-core', 'mysql-client-core']);
}

/** MySQL 9 of Debian unstable, on loopback, over TCP without TLS, in a temporary folder. */
export const mysql = {
  name: 'mysql',
  what: 'MySQL 9',
  /** A file at a time runs on each: two take half as long. */
  servers: 2,
  async start() {
    const tree = await mysqlTree();
    const folder = mkdtempSync(join(tmpdir(), 'motorpool-mysql-'));
    const at = (name) => join(folder, name);
    const program = join(tree, 'bin', 'mysqld');
    const template = at('template');
    const options = serverOptions(tree);
    await makeDataDirectory(program, [...options, `--datadir=${template}`], at('accounts.sql'));
    cpSync(template, at('data'), { recursive: true });
    let port;
    let server;
    const end = async () => {
      const ended = server.exitCode === null ? new Promise((resolve) => server.once('exit', resolve)) : undefined;
      server.kill('SIGTERM');
      await Promise.race([ended, pause(STOP_MS, undefined, { ref: false })]);
      server.kill('SIGKILL');
    };
    const stop = async () => {
      await end();
      rmSync(folder, { recursive: true, force: true });
    };
    const attempt = async () => {
      port = await freePort();
      const place = [
        `--datadir=${at('data')}`,
        `--socket=${at('s')}`,
        `--port=${port}`,
        `--log-error=${at('log.err')}`,
      ];
      server = spawn(program, [...options, ...place], { stdio: 'ignore' });
      await answering(join(tree, 'bin', 'mysqladmin'), port, server, () => readFileSync(at('log.err'), 'utf8'));
    };
    try {
      // Once more, as somebody may have taken the port meanwhile.
      await attempt().catch(() => end().then(attempt));
    } catch (error) {
      await stop();
      throw error;
    }
    return {
      environment: {
        TEST_FAMILY: 'mysql',
        TEST_DATABASE_URL: `mysql://${ACCOUNT}:${ACCOUNT}@127.0.0.1:${port}/motorpool`,
        // For the tests that need a server of their own.
        TEST_PRIVATE_MYSQL: JSON.stringify({ program, options, template, account: ACCOUNT }),
        PATH: `${join(tree, 'bin')}:${process.env.PATH}`,
      },
      stop,
    };
  },
};

function serverOptions(tree) {
  const usr = join(tree, 'usr');
  return [
    '--no-defaults',
    `--basedir=${usr}`,
    `--plugin-dir=${join(usr, 'lib/mysql/plugin')}`,
    `--lc-messages-dir=${join(usr, 'share/mysql')}`,
    '--bind-address=127.0.0.1',
    '--mysqlx=OFF',
    '--secure-file-priv=NULL',
    '--innodb-redo-log-capacity=32M',
    '--innodb-buffer-pool-size=256M',
    ...(process.getuid() === 0 ? ['--user=root'] : []),
  ];
}

/** A new server's files, with an account that may do everything and signs in with caching_sha2_password. */
async function makeDataDirectory(program, options, initFile) {
  mkdirSync(join(initFile, '..'), { recursive: true });
  writeFileSync(
    initFile,
    `CREATE USER '${ACCOUNT}'@'%' IDENTIFIED BY '${ACCOUNT}';\nGRANT ALL ON *.* TO '${ACCOUNT}'@'%' WITH GRANT OPTION;\n`,
  );
  const { code, output } = await run(program, [...options, '--initialize-insecure', `--init-file=${initFile}`]);
  if (code !== 0) throw new SetupError('MySQL could not be set up: see what it says above.', output);
}

async function answering(mysqladmin, port, server, log) {
  const deadline = Date.now() + START_MS;
  const ask = [
    '--no-defaults',
    '--connect-timeout=5',
    '--host=127.0.0.1',
    `--port=${port}`,
    `--user=${ACCOUNT}`,
    'ping',
  ];
  while (Date.now() < deadline && server.exitCode === null) {
    const { code } = await run(mysqladmin, ask, { env: { ...process.env, MYSQL_PWD: ACCOUNT } });
    if (code === 0) return;
    await pause(50);
  }
  throw new SetupError('MySQL did not start: see what it says above.', log());
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
