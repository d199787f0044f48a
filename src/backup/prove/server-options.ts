import path from 'node:path';
import type { Account } from './definers';
import { fillPlaceholders } from '../server/placeholders';
import { isAtLeast, type ServerProgram } from './server-program';

/** The longest row that a server takes at all. */
const PACKET = '1G';

/**
 * The options of a server for one proof: small, seen by nobody, and without care for what it holds, which is thrown away.
 * @param run its folder, with `data` and `tmp`
 * @param init the file of its first statements
 */
export function serverArguments({ family }: ServerProgram, run: string, socketPath: string, init: string): string[] {
  return [
    '--no-defaults',
    `--datadir=${path.join(run, 'data')}`,
    `--socket=${socketPath}`,
    `--pid-file=${path.join(run, 'pid')}`,
    `--init-file=${init}`,
    // A colon separates folders. The path from the working directory, the data, has none.
    '--tmpdir=../tmp',
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    '--skip-networking',
    '--skip-name-resolve',
    '--skip-log-bin',
    '--local-infile=OFF',
    // Events of the pool must never run in a copy. "DISABLED" would refuse to make them.
    '--event-scheduler=OFF',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
    '--default-time-zone=+00:00',
    `--max-allowed-packet=${PACKET}`,
    ...SMALL,
    ...UNSAFE,
    ...(family === 'mariadb'
      ? [
          '--aria-pagecache-buffer-size=4M',
          `--secure-file-priv=${path.join(run, 'tmp')}`,
          // A DATA DIRECTORY of the file would be the live table's own. MySQL takes none that it was not told of.
          '--skip-symbolic-links',
        ]
      : ['--mysqlx=OFF', '--secure-file-priv=NULL', '--innodb-redo-log-capacity=8M']),
  ];
}

/** Together at most 90 MiB, with MySQL 240 MiB (test/backup/prove-backup.test.ts measures it). */
const SMALL = [
  '--performance-schema=OFF',
  '--innodb-buffer-pool-size=24M',
  '--innodb-log-buffer-size=2M',
  '--key-buffer-size=1M',
  '--thread-cache-size=0',
  '--table-open-cache=200',
  '--max-connections=20',
  // Bounds for what the check of the ledger asks for itself.
  '--tmp-table-size=8M',
  '--max-heap-table-size=8M',
  '--maximum-tmp-table-size=8M',
  '--maximum-max-heap-table-size=8M',
  '--innodb-buffer-pool-dump-at-shutdown=OFF',
  '--innodb-buffer-pool-load-at-startup=OFF',
];

/** No write waits for the disk: the live server may need it. */
const UNSAFE = ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=OFF', '--innodb-flush-method=nosync'];

/**
 * The accounts of a new server that may write files or change settings. A definition of the file in the name of one would
 * run with its rights, and the file may call it: they keep none.
 */
const POWERFUL = { mariadb: ['root'], mysql: ['root', 'mysql.session'] };

/**
 * What the server does before it takes a connection, a statement a line: it makes the empty database and an account that
 * may restore into it and write nowhere else. Definitions in the name of accounts that do not exist here are allowed, as
 * to an administrator.
 */
export function firstStatements(
  program: ServerProgram,
  { database, definers }: { database: string; definers: readonly Account[] },
  { user, password }: { user: string; password: string },
): string {
  const statements: [string, string[]][] = [
    ['CREATE DATABASE ?? CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci', [database]],
    [`CREATE USER ??@localhost IDENTIFIED BY '${password}'`, [user]],
    ...POWERFUL[program.family].map((name): [string, string[]] => [
      'REVOKE ALL PRIVILEGES, GRANT OPTION FROM ??@localhost',
      [name],
    ]),
    // The pool's own definitions may be in the name of root.
    ...[user, 'root'].flatMap((name): [string, string[]][] => [
      ['GRANT ALL ON ??.* TO ??@localhost', [database, name]],
      // Reading may be granted: so what the file wants of another database fails because that is missing.
      ['GRANT SELECT, EXECUTE, REFERENCES ON *.* TO ??@localhost', [name]],
    ]),
    [`GRANT ${anyDefiner(program)} ON *.* TO ??@localhost`, [user]],
    ...(program.family === 'mysql' ? forMySql(database, definers) : []),
  ];
  return statements.map(([sql, names]) => inHexadecimal(fillPlaceholders(sql, names))).join('');
}

/** MySQL's reader of that file ends a statement at a semicolon in a name, and a name with an apostrophe never. */
function inHexadecimal(sql: string): string {
  const text = `CONVERT(0x${Buffer.from(sql).toString('hex')} USING utf8mb4)`;
  return `SET @statement = ${text};\nPREPARE statement FROM @statement;\nEXECUTE statement;\n`;
}

/** Nobody signs in as one of these. MySQL makes the root without a password. */
function forMySql(database: string, definers: readonly Account[]): [string, string[]][] {
  return [
    ['ALTER USER root@localhost ACCOUNT LOCK', []],
    ...definers.flatMap(([user, host]): [string, string[]][] => [
      ['CREATE USER IF NOT EXISTS ??@?? ACCOUNT LOCK', [user, host]],
      ['GRANT ALL ON ??.* TO ??@??', [database, user, host]],
    ]),
  ];
}

function anyDefiner({ family, version }: ServerProgram): string {
  // The history of system-versioned tables is replayed.
  if (family === 'mariadb') return 'SET USER, BINLOG REPLAY';
  return isAtLeast(version, '8.2')
    ? 'SET_ANY_DEFINER, ALLOW_NONEXISTENT_DEFINER, SYSTEM_USER'
    : 'SET_USER_ID, SYSTEM_USER';
}
