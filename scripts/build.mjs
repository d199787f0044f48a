import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWith, run, SetupError } from './processes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const STAMP = 'dist/.built-from';
const UNFINISHED = 'dist.new-';
const REPLACED = 'dist.old-';
const CONSOLE = 'console';

/** True in a checkout. A packed production folder has dist/ and no sources. */
export function hasSources() {
  return existsSync(join(root, 'src')) && existsSync(join(root, 'tsconfig.build.json'));
}

/** Whether dist/ is missing, unfinished, or was built from other sources than those of now. */
export function isBuildNeeded() {
  return hasSources() && readOrNull(join(root, STAMP)) !== fingerprint();
}

/** Builds dist/. An interrupted or failed build leaves the old one as it was. @throws SetupError */
export async function build() {
  for (const name of readdirSync(root)) {
    if (name.startsWith(UNFINISHED) || name.startsWith(REPLACED)) rmSync(join(root, name), { recursive: true });
  }
  const builtFrom = fingerprint();
  const unfinished = join(root, `${UNFINISHED}${process.pid}`);
  const [server, bundle] = await Promise.all([compileServer(unfinished), bundleConsole(join(unfinished, 'console'))]);
  if (server.code !== 0 || bundle.code !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    const [who, { output }] = server.code === 0 ? ['the bundler of the console', bundle] : ['the compiler', server];
    throw new SetupError(`The build failed: fix the errors of ${who} above.`, output);
  }
  copyAssets(join(root, 'src'), join(unfinished, 'src'));
  const dist = join(root, 'dist');
  const replaced = join(root, `${REPLACED}${process.pid}`);
  writeFileSync(join(unfinished, STAMP.replace('dist/', '')), builtFrom);
  if (existsSync(dist)) renameSync(dist, replaced);
  renameSync(unfinished, dist);
  rmSync(replaced, { recursive: true, force: true });
}

function compileServer(outDir) {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  return run(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', outDir], { cwd: root });
}

/** The console as static files. The bundler checks no types: a test does. */
async function bundleConsole(outDir) {
  if (!existsSync(join(root, CONSOLE))) return { code: 0, output: '' };
  const args = [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--config', join(CONSOLE, 'vite.config.mts')];
  const env = { ...process.env, CONSOLE_OUT_DIR: outDir, NODE_ENV: 'production' };
  return run(process.execPath, [...args, '--logLevel', 'warn'], { cwd: root, env });
}

/** A hash of the name, size and time of change of each file that a build depends on. */
function fingerprint() {
  const hash = createHash('sha256');
  const top = readdirSync(root).filter((name) => /^(ormconfig\.ts|tsconfig.*\.json|package-lock\.json)$/.test(name));
  const sources = ['src', CONSOLE]
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, name)));
  for (const name of [...top, ...sources].sort()) {
    const stat = statSync(join(root, name), { throwIfNoEntry: false });
    if (stat?.isFile()) hash.update(`${name}\0${stat.size}\0${stat.mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function copyAssets(from, to) {
  cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith('.ts') });
}

function readOrNull(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build().catch(endWith);
