import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { run, say, SetupError } from './processes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const PROGRESS_MS = 3_000;

/** Whether what npm noted in a folder's node_modules differs from its lock; packages for development count with `dev`. */
export function areNpmPackagesNeeded({ dev }, folder = root) {
  const locked = readLock(folder);
  const installed = readPackages(join(folder, 'node_modules/.package-lock.json'));
  if (locked === null) return false;
  if (installed === null) return true;
  return Object.entries(locked).some(([path, wanted]) => {
    if (path === '') return false;
    const found = installed[path];
    if (found !== undefined) return found.version !== wanted.version;
    // Packages for other systems, and those for development where they were left out.
    return !(wanted.optional || wanted.devOptional || wanted.inBundle || (wanted.dev && !dev));
  });
}

/** Installs exactly what the lock names, telling every few seconds how far it is. @throws SetupError */
export async function installNpmPackages({ dev }, folder = root) {
  if (lstatSync(join(folder, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new SetupError('node_modules is a link, and npm would empty what it leads to: run npm ci there, by hand.');
  }
  say('Installing the locked npm packages ...');
  // Explicitly, since npm would leave out the compiler where NODE_ENV is "production".
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', dev ? '--include=dev' : '--omit=dev'];
  const running = process.env.npm_execpath ?? '';
  const [program, ...first] = basename(running) === 'npm-cli.js' ? [process.execPath, running] : ['npm'];
  const wanted = Object.entries(readLock(folder) ?? {}).filter(
    ([path, { dev: isDev, optional, link }]) =>
      path.startsWith('node_modules/') && !optional && !link && (dev || !isDev),
  );
  const progress = setInterval(() => {
    const done = wanted.filter(([path]) => existsSync(join(folder, path, 'package.json'))).length;
    say(`  ${done} of ${wanted.length} ...`);
  }, PROGRESS_MS);
  const { code, output } = await run(program, [...first, ...args], { cwd: folder });
  clearInterval(progress);
  if (code !== 0) throw new SetupError('The npm packages could not be installed: see what npm says above.', output);
}

/** A packed artefact has its lock under the one name that npm packs. */
function readLock(folder) {
  return readPackages(join(folder, 'package-lock.json')) ?? readPackages(join(folder, 'npm-shrinkwrap.json'));
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return null;
  }
}
