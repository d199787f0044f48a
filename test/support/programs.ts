import path from 'node:path';

/** The root of the package. */
export const ROOT = path.resolve(__dirname, '..', '..');

/** A built program: `program('main')` is the server. */
export const program = (name: string): string => path.join(ROOT, 'dist', 'src', `${name}.js`);

export const BACKUP_PROGRAM = program('cli/backup-worker');
export const COPY_PROGRAM = program('cli/copy-worker');
