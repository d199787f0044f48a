import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The root of the package. */
export const ROOT = path.resolve(__dirname, '..', '..');

/** The flags of V8 that `npm start` gives to node; every other way to start the server must give the same ones. */
export const START_FLAGS = (
  JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { scripts: { start: string } }
).scripts.start
  .split(' ')
  .filter((word) => word.startsWith('--'));

/** A built program: `program('main')` is the server. */
export const program = (name: string): string => path.join(ROOT, 'dist', 'src', `${name}.js`);

export const BACKUP_PROGRAM = program('cli/backup-worker');
export const SCRUB_PROGRAM = program('cli/scrub-worker');
export const COPY_PROGRAM = program('cli/copy-worker');
export const DRILL_PROGRAM = program('cli/drill-worker');
export const PROOF_PROGRAM = program('cli/proof-worker');
export const LOG_PROGRAM = program('cli/log-worker');
