import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, hasSources, isBuildNeeded } from './build.mjs';
import { endWith } from './processes.mjs';

// Around "npm pack": a fresh build goes into the package, and the lock does, so that "npm ci" installs there what was
// tested here. npm packs a lock under this name alone.
const root = fileURLToPath(new URL('..', import.meta.url));
const packedLock = join(root, 'npm-shrinkwrap.json');

if (process.argv[2] === 'before') {
  if (hasSources() && isBuildNeeded()) await build().catch(endWith);
  copyFileSync(join(root, 'package-lock.json'), packedLock);
} else {
  rmSync(packedLock, { force: true });
}
