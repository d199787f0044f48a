import { spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, hasSources, isBuildNeeded } from './build.mjs';
import { installMariaDb, isDatabaseElsewhere, missingPrograms } from './mariadb.mjs';
import { areNpmPackagesNeeded, installNpmPackages } from './packages.mjs';
import { endWith, say, SetupError } from './processes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const self = fileURLToPath(import.meta.url);
const O_EXLOCK = 0x20;

/**
 * Sets up what is missing: the locked npm packages, the build, and MariaDB's programs. What is there is left alone, and
 * found to be there within milliseconds. Ends the process with one clear line where something cannot be had.
 * @param {{ dev?: boolean, embedded?: boolean }} options `dev`: with the packages for development; `embedded`: with
 *   MariaDB's programs even where DATABASE_URL names a database elsewhere
 */
export async function setup({ dev = false, embedded = false } = {}) {
  refuseOldNode();
  // A build needs the compiler.
  const wanted = { dev: dev || hasSources(), embedded };
  if (findNeeds(wanted).length === 0) return;
  const code = await setUpAlone(wanted);
  if (code !== 0) process.exit(code);
}

/** The first needs in order; a later one may show only once the earlier are met. */
function findNeeds({ dev, embedded }) {
  if (areNpmPackagesNeeded({ dev })) return [() => installNpmPackages({ dev })];
  if (isBuildNeeded()) return [buildAloud];
  const needsPrograms = (embedded || !isDatabaseElsewhere()) && missingPrograms().length > 0;
  return needsPrograms ? [installMariaDb] : [];
}

function buildAloud() {
  say('Building ...');
  return build();
}

/**
 * Runs this file as a process that holds a lock on package.json for as long as it lives, whatever becomes of us: two
 * setups of one folder come one after the other, and the second finds everything done.
 */
function setUpAlone(wanted) {
  const command = [process.execPath, self, JSON.stringify(wanted)];
  const lockFile = join(root, 'package.json');
  const flock = ['/usr/bin/flock', '/bin/flock'].find((path) => existsSync(path));
  if (process.platform === 'darwin') {
    const descriptor = openSync(lockFile, constants.O_RDONLY | O_EXLOCK);
    return waitFor(command, ['ignore', 2, 2, descriptor]).finally(() => closeSync(descriptor));
  }
  return waitFor(flock === undefined ? command : [flock, '-x', lockFile, ...command], ['ignore', 2, 2]);
}

function waitFor([program, ...args], stdio) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  endWith(new SetupError(`Motorpool needs Node.js 20.19 or newer, and this is ${process.versions.node}.`));
}

if (process.argv[1] === self) {
  // Ctrl-C ends npm or apt-get first: they must be gone before the lock is.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
  const wanted = JSON.parse(process.argv[2] ?? '{}');
  try {
    for (let needs = findNeeds(wanted); needs.length > 0; needs = findNeeds(wanted)) await needs[0]();
  } catch (error) {
    endWith(error);
  }
}
