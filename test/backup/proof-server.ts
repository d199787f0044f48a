import { constants } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findServerProgram } from '../../src/backup/prove/server-program';
import { dataTemplate } from '../../src/backup/prove/server-template';
import { readServer } from '../../src/backup/server/server-version';
import type { Query } from '../../src/database/connection/query';
import { withFileLock } from '../../src/database/host/file-lock';

const SHARED = path.join(tmpdir(), `motorpool-proof-template-${process.getuid?.() ?? 0}`);

/**
 * Puts the data directory of a new private server into that folder, where the first proof looks for it: making one takes
 * seconds, copying one does not.
 */
export async function prepareProofServer(folder: string, query: Query): Promise<void> {
  const program = await findServerProgram((await readServer(query)).version);
  if (program === null) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await mkdir(SHARED, { recursive: true, mode: 0o700 });
  await withFileLock(path.join(SHARED, 'lock'), async () => {
    const template = await dataTemplate(SHARED, program);
    const mode = constants.COPYFILE_FICLONE;
    await cp(template, path.join(folder, path.basename(template)), { recursive: true, mode });
  });
}
