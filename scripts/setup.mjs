import { spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, hasSources, isBuildNeeded } from './build.mjs';
import { installMariaDb, lacksMariaDb, missingPrograms, mustBeInstalledByHand } from './mariadb.mjs';
import { areNpmPackagesNeeded, installNpmPackages } from './packages.mjs';
import { endWith, say, SetupError } from './processes.mjs';
import { isDatabaseElsewhere, setting } from './settings.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const self = fileURLToPath(import.meta.url);
const O_EXLOCK = 0x20;
/** The exit status of what Ctrl-C has ended. */
const INTERRUPTED = 130;
/** By major version; a test compares it with `engines` of package.json, for which there are no packages yet to read it. */
const LEAST_MINOR = { 20: 19, 22: 13, 24: 11 };

/**
 * Sets up what is missing: the locked npm packages, the build, and MariaDB's programs. It leaves alone what is there, and
 * finds that out within milliseconds. With NODE_ENV=production it sets up nothing: a production machine changes only when
 * its operator changes it. Ends the process with one clear line where something is missing or cannot be installed.
 * @param {{ dev?: boolean, embedded?: boolean }} options `dev`: a command for developers, with the packages for
 *   development, also where NODE_ENV is production; `embedded`: with MariaDB's programs even where DATABASE_URL names a
 *   database elsewhere
 */
export async function setup({ dev = false, embedded = false } = {}) {
  refuseOldNode();
  const isProduction = !dev && setting('NODE_ENV') === 'production';
  // A build needs the compiler.
  const wanted = { dev: dev || (hasSources() && !isProduction), embedded };
  const [need] = findNeeds(wanted);
  if (need === undefined) return;
  if (isProduction) endWith(need.lacks());
  if (embedded || !isDatabaseElsewhere()) {
    const lack = await mustBeInstalledByHand();
    if (lack !== null) endWith(lack);
  }
  const code = await setUpAlone(wanted);
  if (code !== 0) process.exit(code);
}

/** The first needs in order; a later one may show only once the earlier are met. */
function findNeeds({ dev, embedded }) {
  if (areNpmPackagesNeeded({ dev })) return [{ lacks: lacksPackages, meet: () => installNpmPackages({ dev }) }];
  if (isBuildNeeded()) return [{ lacks: lacksBuild, meet: buildAloud }];
  const needsPrograms = (embedded || !isDatabaseElsewhere()) && missingPrograms().length > 0;
  return needsPrograms ? [{ lacks: lacksMariaDb, meet: installMariaDb }] : [];
}

function lacksPackages() {
  return new SetupError(
    'npm packages are missing or of another version, and nothing is installed where NODE_ENV is production: run npm ci --omit=dev.',
  );
}

function lacksBuild() {
  return new SetupError(
    'dist/ is missing or older than the sources, and nothing is built where NODE_ENV is production: run npm run build.',
  );
}

function buildAloud() {
  say('Building ...');
  return build();
}

/**
 * Runs this file as a process that holds a lock on package.json while it lives, even if its parent dies first: two setups
 * of one folder run one after the other, and the second finds everything done.
 */
function setUpAlone(wanted) {
  const command = [process.execPath, self, JSON.stringify(wanted)];
  const lockFile = join(root, 'package.json');
  const flock = ['/usr/bin/flock', '/bin/flock'].find((path) => existsSync(path));
  if (process.platform === 'darwin') {
    const descriptor = openSync(lockFile, constants.O_RDONLY | O_EXLOCK);
    return waitFor(command, ['ignore', 2, 2, descriptor]).finally(() => closeSync(descriptor));
  }
  return waitFor(flock === undefined ? command : [flock, '-x', lockFile, ...command], ['ignore', 2, 2, 'pipe']);
}

/** Ctrl-C reaches all of them at once: this process says a word, and ends after the others. */
function waitFor([program, ...args], stdio) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio });
    let isStopping = false;
    const stop = () => {
      if (!isStopping) say('Stopping ...');
      isStopping = true;
    };
    process.on('SIGINT', stop);
    child.once('error', reject);
    // The pipe ends with the setup itself: `flock` ends before it.
    child.stdio[3]?.resume?.();
    child.once('close', (code) => {
      // From now on it is the program's own.
      process.off('SIGINT', stop);
      if (isStopping) say('Stopped: the next start goes on from here.');
      resolve(isStopping ? INTERRUPTED : (code ?? 1));
    });
  });
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const least = LEAST_MINOR[major] ?? (major > 24 ? 0 : Infinity);
  if (minor >= least) return;
  const { node } = process.versions;
  endWith(
    new SetupError(
      `Motorpool needs Node.js 20.19, 22.13, 24.11 or newer of these lines, or 25 and later, and this is ${node}.`,
    ),
  );
}

if (process.argv[1] === self) {
  // Ctrl-C ends npm or apt-get first: they must be gone before the lock is.
  let isStopped = false;
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => (isStopped = true));
  const wanted = JSON.parse(process.argv[2] ?? '{}');
  try {
    for (let needs = findNeeds(wanted); needs.length > 0; needs = findNeeds(wanted)) {
      await needs[0].meet();
      if (isStopped) process.exit(INTERRUPTED);
    }
  } catch (error) {
    // What was interrupted has nothing to say of its own.
    if (isStopped) process.exit(INTERRUPTED);
    endWith(error);
  }
}
