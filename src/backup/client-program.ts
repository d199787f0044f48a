import { execFile, spawn, type ChildProcess } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import { constants as os, setPriority } from 'node:os';
import { rootCertificates } from 'node:tls';
import { promisify } from 'node:util';
import type { DatabaseAddress } from '../database/address';
import { findProgram } from '../database/programs';
import { BackupError } from './errors';
import { clientOptions, openOptionFile, optionFileName, type ClientFamily } from './option-file';

const run = promisify(execFile);

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
    const { stdout } = await run(path, ['--no-defaults', '--version'], { env: childEnvironment(), timeout: 10_000 });
    return stdout.includes('MariaDB') ? 'mariadb' : 'mysql';
  } catch {
    // What is wrong with it, its work will tell better.
    return 'mysql';
  }
}

export interface Invocation {
  program: ClientProgram;
  address: DatabaseAddress;
  /** Without the option file, which comes first. */
  args: readonly string[];
  /** Where the option file lies for the moment before it loses its name, and whose name it bears. */
  workDirectory: string;
  tag: string;
  initCommand?: string;
  /** An open file that the program writes its output into; otherwise a pipe. */
  output?: number;
  /** For who writes much: it writes in pieces of 64 KiB, where the machine has the program for that. */
  largeWrites?: boolean;
}

/**
 * Starts the program without a shell, at low priority, with pipes for its streams. The password reaches it in an
 * open file without a name: never in its arguments or environment, nor in any user's own option files.
 * @param attach gets the program in the moment of its start: a program may be gone before anything awaited is done
 */
export async function startClient<Result>(
  invocation: Invocation,
  attach: (child: ChildProcess) => Result,
): Promise<Result> {
  const { program, address, args, workDirectory, tag, initCommand, output, largeWrites = false } = invocation;
  const certificates = address.tls?.verify === true ? (address.tls.ca ?? rootCertificates.join('\n')) : null;
  const options = clientOptions(address, program.family, {
    ...(certificates === null ? {} : { caFile: '/dev/fd/4' }),
    ...(initCommand === undefined ? {} : { initCommand }),
  });
  const files: FileHandle[] = [];
  try {
    for (const content of certificates === null ? [options] : [options, certificates]) {
      files.push(await openOptionFile(workDirectory, optionFileName(tag), content));
    }
    const prefixes = await Promise.all([gentlePrefix(), largeWrites ? bufferPrefix() : []]);
    const [command = program.path, ...rest] = [...prefixes.flat(), program.path, '--defaults-file=/dev/fd/3', ...args];
    const child = spawn(command, rest, {
      stdio: ['pipe', output ?? 'pipe', 'pipe', ...files.map(({ fd }) => fd)],
      env: childEnvironment(),
      // A process group of its own, so that what the program starts can be ended with it.
      detached: true,
    });
    lowerPriority(child);
    return attach(child);
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}

/**
 * A command that runs at low CPU and I/O priority, where the machine has the programs for it. Its process stays the
 * given program's own.
 */
export async function gentle(command: readonly string[]): Promise<string[]> {
  return [...(await ionice()), ...command];
}

/**
 * Sets a child's CPU priority low; it and what it starts stay there. Not the lowest there is: on a busy machine that
 * would hardly run at all, and the operation would wait for its backup.
 */
export function lowerPriority(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    setPriority(child.pid, os.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Already gone, which its exit tells better.
  }
}

/** Whether a program that we start ends with us, whatever ends us: elsewhere it does where its pipe ends. */
export async function diesWithUs(): Promise<boolean> {
  return (await deathPrefix()).length > 0;
}

let death: Promise<string[]> | undefined;

function deathPrefix(): Promise<string[]> {
  death ??= usable('setpriv', ['--pdeathsig', 'KILL']);
  return death;
}

let prefix: Promise<string[]> | undefined;

/** What stands before a client program's own path: it takes low I/O priority and dies when this process does. */
function gentlePrefix(): Promise<string[]> {
  // A client that waits for a lock of the server would not notice for hours that nobody reads it any more.
  prefix ??= Promise.all([deathPrefix(), ionice()]).then((parts) => parts.flat());
  return prefix;
}

let ionicePrefix: Promise<string[]> | undefined;

function ionice(): Promise<string[]> {
  ionicePrefix ??= usable('ionice', ['-c', '3']);
  return ionicePrefix;
}

let buffer: Promise<string[]> | undefined;

/**
 * Left to itself a dump program writes 4 KiB at a time, a file's block: pieces of 64 KiB take a twentieth off the time
 * of a large dump, larger ones no more (bench/backup.mjs). By GNU's program alone: that of uutils starts the dump as a
 * child of its own, which would not die with us, or leaves a folder behind each time, as its version may be.
 */
function bufferPrefix(): Promise<string[]> {
  buffer ??= isGnu('stdbuf').then((is) => (is ? usable('stdbuf', ['-o', '64K']) : []));
  return buffer;
}

async function isGnu(name: string): Promise<boolean> {
  const program = findProgram([name]);
  if (program === null) return false;
  try {
    const { stdout } = await run(program, ['--version'], { env: childEnvironment(), timeout: 10_000 });
    return stdout.includes('GNU coreutils');
  } catch {
    return false;
  }
}

async function usable(name: string, args: string[]): Promise<string[]> {
  const program = findProgram([name]);
  const probe = findProgram(['true']);
  if (program === null || probe === null) return [];
  try {
    await run(program, [...args, probe], { env: childEnvironment(), timeout: 10_000 });
    return [program, ...args];
  } catch {
    return [];
  }
}

/** No HOME: the user's own option and login files would change what the program does. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const { PATH, TMPDIR } = process.env;
  return {
    ...(PATH === undefined ? {} : { PATH }),
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    LC_ALL: 'C',
    TZ: 'UTC',
  };
}
