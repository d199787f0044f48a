import { findProgram } from '../../database/host/programs';
import { diesWithUs, outputOf } from '../client/child-process';
import type { ClientFamily } from '../client/option-file';
import type { Backup } from '../files/catalogue';
import type { DatabaseServer } from '../server/server-version';
import { ProofImpossible } from './proof';

/** An installed database server. */
export interface ServerProgram {
  path: string;
  family: ClientFamily;
  /** "10.11.18-MariaDB-0+deb12u1". */
  version: string;
}

/**
 * The installed server program on which a file of that server may be proven: of the same family and at least as new, as an
 * older one may not know what the file holds. Null where there is none, or where it could outlive this process.
 * @param origin the version of the server that the file was dumped from
 */
export async function findServerProgram(origin: string): Promise<ServerProgram | null> {
  const family = familyOf(origin);
  if (!(await diesWithUs())) return null;
  // MariaDB's installer makes the data directory; MySQL's server does so itself.
  if (family === 'mariadb' && findProgram(['mariadb-install-db']) === null) return null;
  for (const name of family === 'mariadb' ? ['mariadbd', 'mysqld'] : ['mysqld']) {
    const path = findProgram([name]);
    const version = path === null ? null : await versionOf(path);
    if (path === null || version === null) continue;
    if (canProve(version, origin)) return { path, family, version };
  }
  return null;
}

/** Whether a server of that version takes everything that one of the version `origin` dumped. */
function canProve(version: string, origin: string): boolean {
  return familyOf(version) === familyOf(origin) && isAtLeast(version, origin);
}

/** @throws ProofImpossible where that server may not know what the file holds */
export function refuseOlder(
  { version }: DatabaseServer,
  { serverVersion }: Pick<Backup, 'serverVersion'>,
  name: string,
): void {
  if (canProve(version, serverVersion)) return;
  throw new ProofImpossible(
    `${name} is ${version}, and the backup was made on ${serverVersion}: a proof needs a server of the same family that ` +
      `is at least as new.`,
  );
}

/** By the first two numbers. */
export function isAtLeast(version: string, least: string): boolean {
  const [major, minor] = numbersOf(version);
  const [leastMajor, leastMinor] = numbersOf(least);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

function familyOf(version: string): ClientFamily {
  return version.includes('MariaDB') ? 'mariadb' : 'mysql';
}

function numbersOf(version: string): [number, number] {
  const [, major = 0, minor = 0] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return [Number(major), Number(minor)];
}

/** As the program tells it, behind "Ver"; null where it does not run. */
async function versionOf(program: string): Promise<string | null> {
  const text = await outputOf(program, ['--no-defaults', '--version']).catch(() => '');
  return / Ver (\d\S*)/.exec(text)?.[1] ?? null;
}
