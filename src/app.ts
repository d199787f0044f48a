import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { stateOfFolder } from './backup/catalogue';
import { BackupChecker } from './backup/checker';
import { BackupDesk } from './backup/desk';
import type { Query } from './backup/ledger';
import { Lookout } from './backup/lookout';
import { BackupLog } from './backup/log';
import { Reporter } from './backup/reports';
import { patienceForBackups } from './backup/patience';
import { BackupRequester } from './backup/request';
import { backupSettings } from './backup/settings';
import { BackupWebhook } from './backup/webhook';
import { prepareFolders } from './backup/work-files';
import { knownSchemas } from './cli/restored-schema';
import type { WorkerInput } from './cli/worker-input';
import type { Config } from './config';
import { createCopier } from './copier';
import { createDataSource } from './database/data-source';
import { closeDataSource } from './database/close';
import { migrate } from './database/migrate';
import { openDatabase } from './database/open';
import { type PoolFigures, poolFigures } from './database/pool-figures';
import { createHttpServer } from './http/server';
import { keptJwtSecret } from './jwt-secret';
import { createServices } from './services';
import { backupLedger } from './services/backup-ledger';
import { findLoosePermissions } from './storage-check';

export interface Application {
  /** Where it listens, such as "http://127.0.0.1:4000". */
  url: string;
  /** The first ADMIN's password where it was generated just now. */
  generatedPassword: string | null;
  /** Stops taking requests, finishes those that run and a running backup, and leaves the database. */
  close(): Promise<void>;
}

export interface ApplicationOptions {
  config: Config;
  log: Logger;
  /** The program that makes a backup in the background, as `node` is given it. */
  backupProgram: string;
  /** The program that copies the backups elsewhere. */
  copyProgram: string;
}

/** What another server commits is backed up here once we have noticed it. */
const COVERAGE_GRACE_MS = 10_000;

/** Puts everything together and listens. What was started is stopped again where a later step fails. */
export async function startApplication({
  config,
  log,
  backupProgram,
  copyProgram,
}: ApplicationOptions): Promise<Application> {
  const started: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    // Each is tried, whatever became of the one before.
    for (let stop = started.pop(); stop !== undefined; stop = started.pop()) {
      await stop().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  };
  try {
    for (const warning of await findLoosePermissions(config.storageDir)) log.warn(warning);
    const jwtSecret = config.jwtSecret ?? (await keptJwtSecret(config.storageDir));
    const database = await openDatabase(config, (message) => {
      log.warn(message);
    });
    started.push(() => database.close());

    const dataSource = createDataSource(database.address);
    await dataSource.initialize();
    started.push(() => closeDataSource(dataSource));
    await migrate(dataSource);

    const settings = backupSettings(config.storageDir, config.backup);
    // So that whoever looks before the first backup finds an empty folder; what is wrong with it, the backup says.
    await prepareFolders(settings).catch(() => undefined);
    const backupLog = new BackupLog(settings.logFile);
    const { webhookUrl } = config.backup;
    const webhook = webhookUrl === null ? null : await BackupWebhook.open(webhookUrl, backupLog, settings.logFile);
    if (webhook !== null) started.push(() => webhook.stop());
    const copier = await createCopier({ config, log: backupLog, logFile: settings.logFile, program: copyProgram });
    if (copier !== null) started.push(() => copier.close());
    const requester = new BackupRequester({
      command: [process.execPath, backupProgram],
      input: (request) => JSON.stringify({ config, request } satisfies WorkerInput),
      log: backupLog,
      onOutcome: ({ problem }) => {
        webhook?.tell(problem);
        copier?.request();
      },
      patience: patienceForBackups(settings.directory),
    });
    started.push(() => requester.stop());

    const checker = new BackupChecker({ settings, address: database.address, ledger: backupLedger, knownSchemas });
    started.push(() => checker.stop());

    const services = createServices(dataSource, {
      commissionRate: config.commissionRate,
      currency: config.currency,
      jwtSecret,
      afterCommit: () => {
        requester.request('OPERATION', { force: false });
      },
    });
    const query: Query = (sql, parameters = []) => dataSource.query(sql, [...parameters]);
    const backups = new BackupDesk({
      settings,
      ledger: backupLedger,
      query,
      database: database.address.database,
      requester,
      checker,
      graceMs: COVERAGE_GRACE_MS,
      copier: copier?.requester ?? null,
    });

    const { production, corsOrigin, trustedProxies } = config;
    // A row of the ledger: a server that answers without the pool's tables is of no use.
    const pingDatabase = (): Promise<unknown> => query('SELECT lastOperation FROM pool WHERE id = 1');
    const connections = (): PoolFigures => poolFigures(dataSource);
    const http = { production, corsOrigin, trustedProxies, services, backups, pingDatabase, connections, log };
    const app = await createHttpServer(http);
    started.push(() => app.close());
    await listen(app, config);

    // Last, so that a start which fails has not made a password that nobody was told.
    const generatedPassword = await services.users.ensureFirstAdmin(config.firstAdmin);

    // What an earlier process committed and could not back up any more.
    const { pendingOperations, problem } = await backups.status();
    if (pendingOperations > 0) backups.request('RECOVERY');
    else webhook?.tell(problem);
    // Nobody shares the embedded one.
    const reporter = config.database === null ? null : new Reporter(query, settings.directory);
    const lookout = new Lookout({
      tell: async () => reporter?.tell(),
      state: async () => {
        const { uid } = await backupLedger.newestOperation(query);
        return `${uid} ${await stateOfFolder(settings.directory)}`;
      },
      status: () => backups.status(),
      runsHere: () => requester.running,
      request: () => {
        backups.request('OPERATION');
      },
    });
    started.push(() => {
      lookout.stop();
      return Promise.resolve();
    });
    copier?.request();
    return { url: urlOf(app, config.host), generatedPassword, close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

/** The address cannot be listened on; the message says which and why. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/**
 * So many connections may come while the server is busy. The client's system tries one that finds no room again after
 * 1, 3, 7, 15 and 31 seconds, where a refusal would have come at once. The system's own limit holds as well.
 */
const BACKLOG = 4096;

async function listen(app: FastifyInstance, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host, port, backlog: BACKLOG });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      EADDRINUSE: `Port ${port} on ${host} is taken by another process: set PORT to a free one, or to 0.`,
      EACCES: `Port ${port} on ${host} may not be used by this user: set PORT to 1024 or more.`,
      EADDRNOTAVAIL: `HOST ${host} is no address of this machine.`,
      ENOTFOUND: `HOST ${host} is no address of this machine.`,
      EAI_AGAIN: `HOST ${host} cannot be looked up now: set it to an address of this machine.`,
    };
    throw new ListenError(reasons[code ?? ''] ?? `Port ${port} on ${host} cannot be listened on: ${message}.`);
  }
}

function urlOf(app: FastifyInstance, host: string): string {
  const { port } = app.server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
