import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { installDataDirectory } from '../../database/embedded/install';
import { outputOf } from '../client/child-process';
import { BackupError } from '../core/errors';
import type { ServerProgram } from './server-program';

const TEMPLATE = 'template-';
/** What the folders of a server at work begin with; the next proof removes those that a killed one left. */
export const RUN = 'run-';
const INSTALL_MS = 120_000;

/**
 * The data directory of a new server of that version, to be copied: made once, as that takes seconds. The caller holds
 * the lock of the folder.
 * @returns its path
 * @throws BackupError
 */
export async function dataTemplate(folder: string, program: ServerProgram): Promise<string> {
  const name = `${TEMPLATE}${program.family}-${program.version.replace(/[^\w.-]/g, '_')}`;
  const template = path.join(folder, name);
  for (const other of await readdir(folder)) {
    // Another version's tables of accounts and routines are of another form.
    if (other.startsWith(TEMPLATE) && other !== name) {
      await rm(path.join(folder, other), { recursive: true, force: true });
    }
  }
  if (existsSync(template)) return template;
  try {
    // The one account that this makes is for the machine's root. Each server makes one of its own for the proof.
    if (program.family === 'mariadb') await installDataDirectory({ root: folder, data: template }, 'root');
    else await initialize(program, folder, template);
  } catch (error) {
    throw BackupError.from(error, 'The private proof server could not be set up');
  }
  return template;
}

async function initialize({ path: program }: ServerProgram, folder: string, template: string): Promise<void> {
  const unfinished = await mkdtemp(path.join(folder, RUN));
  const data = path.join(unfinished, 'data');
  const owner = process.getuid?.() === 0 ? ['--user=root'] : [];
  const args = [
    '--no-defaults',
    '--initialize-insecure',
    `--datadir=${data}`,
    // The template is copied for each proof: 75 MiB, not 190.
    '--innodb-redo-log-capacity=8M',
    '--innodb-doublewrite=OFF',
    '--innodb-flush-method=nosync',
    ...owner,
  ];
  await outputOf(program, args, INSTALL_MS);
  await rename(data, template);
  await rm(unfinished, { recursive: true, force: true });
}
