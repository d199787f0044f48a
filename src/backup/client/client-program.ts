import { findProgram } from '../../database/host/programs';
import { outputOf } from './child-process';
import { BackupError } from '../core/errors';
import type { ClientFamily } from './option-file';

/** An installed client program of a database server. */
export interface ClientProgram {
  name: string;
  path: string;
  family: ClientFamily;
}

/** Finds the program that dumps a server of that family. */
export function findDumpProgram(server: ClientFamily): Promise<ClientProgram> {
  const names = server === 'mariadb' ? ['mariadb-dump', 'mysqldump'] : ['mysqldump', 'mariadb-dump'];
  return findClient(names, 'dumps the database', server);
}

/** Finds the program that restores a dump into a server of that family. */
export function findRestoreProgram(server: ClientFamily): Promise<ClientProgram> {
  const names = server === 'mariadb' ? ['mariadb', 'mysql'] : ['mysql', 'mariadb'];
  return findClient(names, 'restores a dump', server);
}

/** Finds the program that reads the binary log of a server of that family: no other family's can. */
export async function findBinaryLogProgram(server: ClientFamily): Promise<ClientProgram> {
  const names = server === 'mariadb' ? ['mariadb-binlog', 'mysqlbinlog'] : ['mysqlbinlog'];
  const debianPackage = LOG_PACKAGES[server];
  const program = await findClient(names, 'reads the binary log', server, debianPackage);
  if (program.family === server) return program;
  throw BackupError.programMissing(names, 'reads the binary log', debianPackage);
}

const PACKAGES: Readonly<Record<ClientFamily, string>> = { mariadb: 'mariadb-client', mysql: 'mysql-client' };
/** Debian counts MySQL's among the programs of the server. */
const LOG_PACKAGES: Readonly<Record<ClientFamily, string>> = { ...PACKAGES, mysql: 'mysql-server-core' };

/** The one of the server's own family, else the first that is there. */
async function findClient(
  names: string[],
  purpose: string,
  server: ClientFamily,
  debianPackage = PACKAGES[server],
): Promise<ClientProgram> {
  let other: ClientProgram | undefined;
  for (const name of names) {
    const path = findProgram([name]);
    if (path === null) continue;
    const program = { name, path, family: await familyOf(name, path) };
    if (program.family === server) return program;
    other ??= program;
  }
  if (other === undefined) throw BackupError.programMissing(names, purpose, debianPackage);
  return other;
}

/** "mysqldump" and "mysql" are often MariaDB's own under their old names. */
async function familyOf(name: string, path: string): Promise<ClientFamily> {
  if (name.startsWith('mariadb')) return 'mariadb';
  try {
    const version = await outputOf(path, ['--no-defaults', '--version']);
    return version.includes('MariaDB') ? 'mariadb' : 'mysql';
  } catch {
    // What is wrong with it, its work will tell better.
    return 'mysql';
  }
}
