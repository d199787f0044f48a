import { existsSync } from 'node:fs';
import path from 'node:path';

/** The file of a name on the command line: a bare name that is no file here is looked up among the backups. */
export function namedBackup(file: string, directory: string): string {
  if (path.basename(file) !== file || existsSync(file)) return file;
  const backup = path.join(directory, file);
  return existsSync(backup) ? backup : file;
}
