import { accessSync, constants, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { DatabaseUnavailableError } from '../connection/errors';

/** Where packages put server programs that an ordinary user's PATH does not name. */
const SERVER_DIRECTORIES = [
  '/usr/sbin',
  '/usr/local/sbin',
  '/usr/libexec',
  '/usr/bin',
  '/usr/local/bin',
  '/bin',
  '/opt/homebrew/opt/mariadb/bin',
  '/usr/local/opt/mariadb/bin',
  '/home/linuxbrew/.linuxbrew/opt/mariadb/bin',
];

/**
 * The folder of the programs that were fetched for a user who may install none (scripts/mariadb-folder.mjs); null for a user
 * whom the system does not know, as in some containers. HOME does not decide: the processes that make backups are not given
 * it, and look for the same programs.
 */
export function fetchedPrograms(): string | null {
  try {
    return join(userInfo().homedir, '.cache', 'motorpool', 'mariadb', 'bin');
  } catch {
    return null;
  }
}

/**
 * The absolute path of the first of `names` that is installed, or null. Names are tried in the order given; for each,
 * the folders of PATH come first, then the usual folders for server programs, then what was fetched. No shell is involved.
 */
export function findProgram(names: readonly string[]): string | null {
  // A relative entry of PATH would let the current folder choose the program.
  const directories = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory.startsWith('/'));
  for (const name of names) {
    for (const directory of [...directories, ...SERVER_DIRECTORIES]) {
      const path = join(directory, name);
      if (isExecutableFile(path)) return path;
    }
  }
  const fetched = fetchedPrograms();
  return fetched === null ? null : (names.map((name) => join(fetched, name)).find(isExecutableFile) ?? null);
}

/** The absolute path of a program of MariaDB; throws `DatabaseUnavailableError` with what to install. */
export function requireMariaDbProgram(name: string): string {
  const path = findProgram([name]);
  if (path !== null) return path;
  throw new DatabaseUnavailableError(
    `The program ${name} is missing: install MariaDB (Debian and Ubuntu: mariadb-server-core mariadb-client; ` +
      `macOS: brew install mariadb) or set DATABASE_URL to a database that runs elsewhere.`,
  );
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
