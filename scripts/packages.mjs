import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, say, SetupError } from './processes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Whether what npm noted in node_modules differs from package-lock.json; packages for development count with `dev`. */
export function areNpmPackagesNeeded({ dev }) {
  const locked = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(join(root, 'node_modules/.package-lock.json'));
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

/** Installs exactly what package-lock.json names. */
export async function installNpmPackages({ dev }) {
  say('Installing the locked npm packages ...');
  // Explicitly, since npm would leave out the compiler where NODE_ENV is "production".
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', dev ? '--include=dev' : '--omit=dev'];
  const running = process.env.npm_execpath ?? '';
  const [program, ...first] = basename(running) === 'npm-cli.js' ? [process.execPath, running] : ['npm'];
  const { code, output } = await run(program, [...first, ...args], { cwd: root });
  if (code !== 0) throw new SetupError('The npm packages could not be installed: see what npm says above.', output);
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return null;
  }
}
