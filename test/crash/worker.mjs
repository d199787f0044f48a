// The built backup process as it is, but that it tells its process id and can stand still at each step.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { standStill } from './stand-still.mjs';

const require = createRequire(import.meta.url);
const backup = require('../../dist/src/backup/run/run-backup.js');

const { runBackup } = backup;
backup.runBackup = (dependencies, request) => {
  const control = path.join(dependencies.settings.directory, '..', '..', '..', 'control');
  writeFileSync(path.join(control, 'worker'), String(process.pid));
  return runBackup({ ...dependencies, onStep: (step) => standStill(control, step) }, request);
};

require('../../dist/src/cli/backup-worker.js');
