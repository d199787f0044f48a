// The built proof process as it is, but that it tells its process id and can stand still at each step.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { standStill } from './stand-still.mjs';

const require = createRequire(import.meta.url);
const proof = require('../../dist/src/backup/run/prove-newest.js');

const { proveNewest } = proof;
proof.proveNewest = (dependencies) => {
  const control = path.join(dependencies.settings.directory, '..', '..', '..', 'control');
  writeFileSync(path.join(control, 'prover'), String(process.pid));
  return proveNewest({ ...dependencies, onStep: (step) => standStill(control, step) });
};

require('../../dist/src/cli/proof-worker.js');
