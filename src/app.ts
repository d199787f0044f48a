import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import type { Config } from './config/config';
import { keptJwtSecret } from './config/jwt-secret';
import { warnOfPlainHttp } from './config/copy-settings';
import { findLoosePermissions } from './config/storage-check';
import { closeDataSource } from './database/close';
import type { DatabaseAddress } from './database/connection/address';
import { DatabaseUnavailableError } from './database/connection/errors';
import type { Query } from './database/connection/query';
import { connectionFigures, createDataSource } from './database/data-source';
import { migrate } from './database/migrate';
import { openDatabase } from './database/open';
import { whatChangesLack, whatStorageLacks, whyNoChange } from './database/write-needs';
import { listen } from './http/listen';
import { createHttpServer } from './http/server';
import { type HowToStop, Running } from './program/running';
import { createServices } from './services';
import { settleFacts } from './services/pool-facts';
import type { BackupPrograms } from './backups-options';
import { startBackups } from './start-backups';

export interface Application {
  /** Where it listens, such as "http://127.0.0.1:4000". */
  url: string;
  /**
   * Finishes running requests, takes no more, and leaves the database. A running backup is handed over, to continue by
   * itself, or waited for; meanwhile /healthz still answers.
   */
  close(how: HowToStop): Promise<void>;
  /** What becomes of running work if this process ends now, in sentences. @param how whether backups outlive the process */
  leftBehind(how: HowToStop): string[];
}

interface ApplicationOptions extends BackupPrograms {
  config: Config;
  log: Logger;
  /** Told the first ADMIN's password where one is generated, before it is stored; must not fail. */
  announcePassword?: (password: string) => void;
}

/** Puts everything together and listens. If a step fails, the parts that were started before it are stopped again. */
export async function startApplication(options: ApplicationOptions): Promise<Application> {
  const running = new Running();
  try {
    return await start(options, running);
  } catch (error) {
    await running.stop('wait').catch(() => undefined);
    throw error;
  }
}

async function start(
  { config, log, announcePassword = () => undefined, ...programs }: ApplicationOptions,
  running: Running,
): Promise<Application> {
  const warnings = [...(await findLoosePermissions(config.storageDir)), ...warnOfPlainHttp(config.backup.copy)];
  for (const warning of warnings) log.warn(warning);
  const jwtSecret = config.jwtSecret ?? (await keptJwtSecret(config.storageDir));
  const { dataSource, address } = await connect(config, log, running);
  const query: Query = (sql, parameters = []) => dataSource.query(sql, [...parameters]);
  const backups = await startBackups({ config, address, query, running, ...programs });
  const services = createServices(dataSource, {
    jwtSecret,
    fourEyes: config.fourEyes,
    overdraft: config.overdraft,
    afterCommit: backups.afterCommit,
  });
  const { production, corsOrigin, trustedProxies, publicUrl, compileDocuments } = config;
  let ready = false;
  const app = await createHttpServer({
    production,
    compileDocuments,
    corsOrigin,
    trustedProxies,
    publicUrl,
    services,
    backups: backups.desk,
    whyNotWritable: async () => {
      const lacking = await whatChangesLack(config, query);
      if (lacking === null) await pingPool(query);
      return lacking;
    },
    whyNoChange: () => whyNoChange(config),
    isReady: () => ready,
    isStopping: () => running.isStopping,
    connections: () => connectionFigures(dataSource),
    log,
  });
  running.add(() => app.close());
  // The probes still answer while a backup is waited for: a platform kills a server that does not answer.
  running.add(async () => {
    if (running.handsOver) return;
    await app.requestsOver();
    await backups.finish();
  });
  const url = await listen(app, config);
  // After listening: a start that fails must not have made a password.
  await services.users.ensureFirstAdmin(config.firstAdmin, announcePassword);
  await backups.backUpNewPool();
  await backups.watch();
  ready = true;
  const leftBehind = (how: HowToStop): string[] => [
    'Requests that were running got no answer; their committed changes are kept.',
    ...backups.leftBehind(how),
    ...(config.database === null ? ['The embedded database server keeps running until the next start.'] : []),
  ];
  return { url, close: (how) => running.stop(how), leftBehind };
}

async function connect(
  config: Config,
  log: Logger,
  running: Running,
): Promise<{ dataSource: DataSource; address: DatabaseAddress }> {
  const database = await openDatabase(config, {
    onEvent: (message) => {
      log.warn(message);
    },
    install: true,
  });
  running.add(() => database.close());
  // Before the first statement that writes: it would wait for a full disk.
  refuseTheStart(await whatStorageLacks(config));
  const dataSource = createDataSource(database.address);
  await dataSource.initialize();
  running.add(() => closeDataSource(dataSource));
  await migrate(dataSource);
  refuseTheStart(await whatChangesLack(config, (sql, parameters = []) => dataSource.query(sql, [...parameters])));
  await settleFacts(dataSource, config);
  return { dataSource, address: database.address };
}

/** @param lacking what no change could be made without */
function refuseTheStart(lacking: string | null): void {
  if (lacking !== null) throw new DatabaseUnavailableError(lacking);
}

/** Asks a row of the ledger: a server that lost it, or takes no write, is of no use. */
async function pingPool(query: Query): Promise<void> {
  const [row] = await query('SELECT @@GLOBAL.read_only AS readOnly FROM pool WHERE id = 1');
  const isReadOnly = !['0', 'OFF'].includes(String(row?.readOnly));
  // Only a write tells whether this account may write all the same. It changes no row, and waits for none.
  if (isReadOnly) await query('UPDATE pool SET lastOperation = lastOperation WHERE id = 0');
}
