import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchMariaDb } from './mariadb-folder.mjs';
import { run, say, SetupError } from './processes.mjs';

const require = createRequire(import.meta.url);
const PROGRAMS = ['mariadbd', 'mariadb-install-db', 'mariadb-dump', 'mariadb'];
/** In order of preference; the names with a version are those of Ubuntu 22.04. */
const DEBIAN_PACKAGES = [
  ['mariadb-server-core', 'mariadb-client'],
  ['mariadb-server-core-10.6', 'mariadb-client-10.6'],
];
/** How other systems install it, by the program that does. */
const BY_HAND = {
  dnf: 'sudo dnf install mariadb-server mariadb',
  zypper: 'sudo zypper install mariadb mariadb-client',
  pacman: 'sudo pacman -S mariadb',
  apk: 'doas apk add mariadb mariadb-client',
};
const HOW =
  'install MariaDB (Debian and Ubuntu: apt-get install mariadb-server-core mariadb-client; macOS: brew install mariadb)';
/** Before there is a build, which has the whole list (src/database/host/programs.ts). */
const SERVER_FOLDERS = [
  ...['/usr/sbin', '/usr/local/sbin', '/usr/libexec', '/usr/local/bin', '/usr/bin'],
  ...['/opt/homebrew', '/usr/local', '/home/linuxbrew/.linuxbrew'].map((brew) => `${brew}/opt/mariadb/bin`),
];

/** The programs of MariaDB that are not installed. Needs a build. */
export function missingPrograms() {
  const { findProgram } = built();
  return PROGRAMS.filter((name) => findProgram([name]) === null);
}

/**
 * Installs MariaDB's programs where that takes no password, and on Debian and Ubuntu without one into a folder of the user;
 * starts no server.
 * @throws SetupError
 */
export async function installMariaDb() {
  if (await works('apt-get')) await installWithApt(await howToBecomeRoot());
  else if (await works('brew')) await installWithBrew();
  if (missingPrograms().length > 0) throw lacksMariaDb();
}

/** Names the missing programs of MariaDB, and what to do. */
export function lacksMariaDb() {
  return new SetupError(`MariaDB's ${missingPrograms().join(', ')} cannot be found: ${HOW}, or set DATABASE_URL.`);
}

/**
 * Where a person has to install MariaDB, that is said at once, and not after a minute of installing npm packages. Needs no
 * build.
 * @returns {Promise<SetupError | null>} null where it is there, or can be had
 */
export async function mustBeInstalledByHand() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SERVER_FOLDERS];
  if (folders.some((folder) => isExecutable(join(folder, 'mariadbd')))) return null;
  if ((await works('apt-get')) || (await works('brew'))) return null;
  for (const [name, command] of Object.entries(BY_HAND)) {
    if (await works(name)) return new SetupError(`MariaDB cannot be found. Install it, then start again: ${command}`);
  }
  return new SetupError('MariaDB cannot be found: install its server and its client programs, or set DATABASE_URL.');
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function works(program) {
  return (await run(program, ['--version'])).code === 0;
}

function built() {
  return require(fileURLToPath(new URL('../dist/src/database/host/programs.js', import.meta.url)));
}

async function installWithApt(root) {
  if (root === null) {
    const names = (await findDebianPackages()) ?? DEBIAN_PACKAGES[0];
    const failure = await fetchMariaDb(names, dirname(built().fetchedPrograms()));
    if (failure === null) return;
    throw new SetupError(
      `apt-get could not fetch ${names.join(' ')}: ${HOW}, or set DATABASE_URL.`,
      lastLines(failure),
    );
  }
  const apt = (...args) => run(...asRoot(root, ['apt-get', '-qq', '-y', '-o', 'DPkg::Lock::Timeout=300', ...args]));
  let names = await findDebianPackages();
  say(`Installing the MariaDB programs with apt-get (${(names ?? DEBIAN_PACKAGES[0]).join(' ')}) ...`);
  let updated = null;
  if (names === null) {
    updated = await apt('update');
    names = (await findDebianPackages()) ?? DEBIAN_PACKAGES[0];
  }
  let installed = await apt('install', '--no-install-recommends', ...names);
  if (installed.code !== 0 && updated === null) {
    // Old package lists name versions that the mirror no longer has.
    updated = await apt('update');
    installed = await apt('install', '--no-install-recommends', ...names);
  }
  if (installed.code === 0) return;
  const output = `${updated?.code ? updated.output : ''}${installed.output}`;
  throw new SetupError(`apt-get could not install ${names.join(' ')}: ${HOW}, or set DATABASE_URL.`, lastLines(output));
}

async function installWithBrew() {
  say('Installing the MariaDB programs with brew (mariadb) ...');
  const { code, output } = await run('brew', ['install', '--quiet', 'mariadb']);
  if (code === 0) return;
  throw new SetupError(`brew could not install mariadb: ${HOW}, or set DATABASE_URL.`, lastLines(output));
}

async function findDebianPackages() {
  for (const names of DEBIAN_PACKAGES) {
    const known = await run('apt-cache', ['show', '--no-all-versions', ...names]);
    if (known.code === 0) return names;
  }
  return null;
}

/** The words before a command that runs it as root without a password: none, sudo, or null where that is not possible. */
async function howToBecomeRoot() {
  if (process.getuid() === 0) return [];
  return (await run('sudo', ['-n', 'true'])).code === 0 ? ['sudo', '-n'] : null;
}

function asRoot(root, command) {
  const [program, ...args] = [...root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C', ...command];
  return [program, args];
}

function lastLines(output) {
  return output.trim().split('\n').slice(-15).join('\n');
}
