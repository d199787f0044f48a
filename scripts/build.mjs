import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWith, run, SetupError } from './processes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const STAMP = 'dist/.built-from';
const UNFINISHED = 'dist.new-';
const REPLACED = 'dist.old-';

/** Whether there are sources here: a packed production folder has dist/ alone. */
export function hasSources() {
  return existsSync(join(root, 'src')) && existsSync(join(root, 'tsconfig.build.json'));
}

/** Whether dist/ is missing, unfinished, or was built from other sources than those of now. */
export function isBuildNeeded() {
  return hasSources() && readOrNull(join(root, STAMP)) !== fingerprint();
}

/** Builds dist/ anew; an interrupted or failed build leaves the old one as it was. */
export async function build() {
  for (const name of readdirSync(root)) {
    if (name.startsWith(UNFINISHED) || name.startsWith(REPLACED)) rmSync(join(root, name), { recursive: true });
  }
  const builtFrom = fingerprint();
  const unfinished = join(root, `${UNFINISHED}${process.pid}`);
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const args = [compiler, '-p', 'tsconfig.build.json', '--outDir', unfinished];
  const { code, output } = await run(process.execPath, args, { cwd: root });
  if (code !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    throw new SetupError('The build failed: mend what the compiler names above.', output);
  }
  copyAssets(join(root, 'src'), join(unfinished, 'src'));
  const dist = join(root, 'dist');
  const replaced = join(root, `${REPLACED}${process.pid}`);
  writeFileSync(join(unfinished, STAMP.replace('dist/', '')), builtFrom);
  if (existsSync(dist)) renameSync(dist, replaced);
  renameSync(unfinished, dist);
  rmSync(replaced, { recursive: true, force: true });
}

/** Of everything that a build depends on: names, sizes and times of change. */
function fingerprint() {
  const hash = createHash('sha256');
  const top = readdirSync(root).filter((name) => /^(ormconfig\.ts|tsconfig.*\.json|package-lock\.json)$/.test(name));
  const sources = readdirSync(join(root, 'src'), { recursive: true }).map((name) => join('src', name));
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
