import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Logger } from 'pino';
import { type Application, startApplication } from '../../src/app';
import { backupSettings } from '../../src/backup/core/settings';
import { loadConfig } from '../../src/config/config';
import { prepareProofServer } from '../backup/proof-server';
import { Client } from './client';
import { ADMIN } from './constants';
import { createTestDatabase, type TestDatabase } from './database';
import { expectNoSecretInBackupLog, watchedLog } from './logged';
import { BACKUP_PROGRAM, COPY_PROGRAM, DRILL_PROGRAM, LOG_PROGRAM, PROOF_PROGRAM, SCRUB_PROGRAM } from './programs';

export { ADMIN };

/** A server of a test's own: the real one, on a free port, with its own database and storage folder. */
export interface TestServer {
  url: string;
  database: TestDatabase;
  storageDir: string;
  /** The folder of the backups. */
  backups: string;
  /** Signed in as the first ADMIN. */
  admin: Client;
  /** Signs in. */
  signIn(email: string, password: string): Promise<Client>;
  close(): Promise<void>;
}

/**
 * @param settings environment variables beyond those that the test server needs
 * @param databaseServer the URL of a database server other than the one that all tests share
 * @param log where the server logs to; by default nowhere, and each line is looked through for secrets
 */
export async function startTestServer(
  settings: Record<string, string> = {},
  databaseServer?: string,
  log?: Logger,
): Promise<TestServer> {
  const database = await createTestDatabase(databaseServer);
  const storageDir = await mkdtemp(path.join(tmpdir(), 'motorpool-'));
  const config = loadConfig({
    DATABASE_URL: database.url,
    STORAGE_DIR: storageDir,
    PORT: '0',
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    // Only tests that mean it see a backup of what is no operation.
    BACKUP_CHANGES_WITHIN: '1h',
    ...settings,
  });
  if (config.backup.verify === 'restore') {
    await prepareProofServer(backupSettings(storageDir, config.backup).proofServerDirectory, database.query);
  }
  const watched = watchedLog();
  let app: Application | undefined;
  const close = async (): Promise<void> => {
    await app?.close('wait');
    expectNoSecretInBackupLog(storageDir);
    watched.expectNoSecret();
    await database.drop();
    await rm(storageDir, { recursive: true, force: true });
  };
  try {
    app = await startApplication({
      config,
      log: log ?? watched.log,
      backupProgram: BACKUP_PROGRAM,
      copyProgram: COPY_PROGRAM,
      drillProgram: DRILL_PROGRAM,
      proofProgram: PROOF_PROGRAM,
      scrubProgram: SCRUB_PROGRAM,
      logProgram: LOG_PROGRAM,
    });
    const { url } = app;
    return {
      url,
      database,
      storageDir,
      backups: path.join(storageDir, 'app', 'backups'),
      admin: await Client.signIn(url, ADMIN.email, ADMIN.password),
      signIn: (email, password) => Client.signIn(url, email, password),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
