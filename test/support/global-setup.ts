import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EmbeddedDatabase } from '../../src/database/embedded/embedded';
import { BACKUP_PROGRAM } from './programs';

/** One database server for the whole run: a private MariaDB, or the one that TEST_DATABASE_URL names. */
export default async function globalSetup(): Promise<void> {
  if (!existsSync(BACKUP_PROGRAM)) throw new Error('The tests run the built programs: run "npm run build" first.');
  if (process.env.TEST_DATABASE_URL !== undefined) return;
  const storageDir = await mkdtemp(path.join(tmpdir(), 'motorpool-test-'));
  const embedded = new EmbeddedDatabase(storageDir);
  const { user, socketPath = '' } = await embedded.acquire();
  // Tests of the engine's own kind may need more than the account's database.
  process.env.TEST_DATABASE_URL = `mysql://${encodeURIComponent(user)}@localhost/motorpool?socketPath=${encodeURIComponent(socketPath)}`;
  globalThis.embeddedForTests = { embedded, storageDir };
}

declare global {
  var embeddedForTests: { embedded: EmbeddedDatabase; storageDir: string } | undefined;
}
