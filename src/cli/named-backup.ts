import { existsSync } from 'node:fs';
import path from 'node:path';

/** The file that somebody named: a bare name that is none here is looked for among the backups, which are listed so. */
export function namedBackup(file: string, directory: string): string {
  if (path.basename(file) !== file || existsSync(file)) return file;
  const backup = path.join(directory, file);
  return existsSync(backup) ? backup : file;
}
