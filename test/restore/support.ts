import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fc } from '../support/random';
import { listBackups, type Backup } from '../../src/backup/files/catalogue';
import { settleInterrupted } from '../../src/cli/settle-interrupted';
import type { Query } from '../../src/database/connection/query';
import { findOwnSchemas, OWN_SCHEMAS } from '../../src/backup/server/auxiliary-schema';
import type { RestoreSource } from '../../src/backup/restore/plan/choice';
import type { RestoreDependencies } from '../../src/backup/restore/common/context';
import type { RestorePlan } from '../../src/backup/restore/plan/plan';
import { restore } from '../../src/backup/restore/restore';
import type { RestoreOutcome } from '../../src/backup/restore/restore-run';
import { prepareProofServer } from '../backup/proof-server';
import { proveNewest } from '../../src/backup/run/prove-newest';
import { runBackup } from '../../src/backup/run/run-backup';
import { backupSettings, type BackupSettings } from '../../src/backup/core/settings';
import { OWN_TABLES } from '../../src/database/connection/own-tables';
import { knownSchemas, migrateDatabase } from '../../src/database/known-schemas';
import { Role } from '../../src/entities/enums';
import { checkLedger } from '../../src/services/ledger-check';
import { backupLedger } from '../../src/services/backup-ledger';
import { History, steps, type Step } from '../ledger/history';
import { Model } from '../ledger/model';
import { createLedger, type LedgerUnderTest } from '../support/ledger';

export { waitFor } from '../support/wait';

/** MySQL tells a column's character set once its collation was named, as a dump does; the collation holds it anyway. */
const SELF_EVIDENT = ' CHARACTER SET utf8mb4';
const COMMISSION_RATE = 500_000;
const ROLES = [Role.OPERATOR, Role.INVESTOR, Role.INVESTOR];

export interface Bench {
  ledger: LedgerUnderTest;
  query: Query;
  /** The name of the live database. */
  name: string;
  storageDir: string;
  settings: BackupSettings;
  dependencies: RestoreDependencies;
  backUp(): Promise<Backup>;
  backups(): Promise<Backup[]>;
  /** Deposits one after the other. */
  operate(count?: number): Promise<void>;
  /** Changes something that is no operation. */
  change(): Promise<void>;
  newest(): Promise<number>;
  restore(source: RestoreSource, options?: RestoreOptions): Promise<Restored>;
  plan(source: RestoreSource, into?: string): Promise<RestorePlan>;
  /** What a restore leaves behind beyond its backups. */
  litter(): Promise<string[]>;
  check(): Promise<string[]>;
  close(): Promise<void>;
}

export interface RestoreOptions {
  into?: string;
  safetyBackup?: boolean;
  change?: Partial<RestoreDependencies>;
}

export interface Restored {
  plan: RestorePlan;
  outcome: RestoreOutcome;
}

/**
 * A pool on the real server, with the real services, migrations and ledger check, and a folder for its backups.
 * @param server the URL of a database server other than the one that all tests share
 */
export async function openBench(change: Partial<BackupSettings> = {}, server?: string): Promise<Bench> {
  const ledger = await createLedger({
    roles: ROLES,
    commissionRate: COMMISSION_RATE,
    ...(server === undefined ? {} : { server }),
  });
  const { address } = ledger.database;
  const storageDir = mkdtempSync(path.join(tmpdir(), 'restore-test-'));
  const settings = { ...backupSettings(storageDir, { keep: 100, verify: 'checksum' }), ...change };
  if (settings.verify === 'restore') await prepareProofServer(settings.proofServerDirectory, ledger.query);
  const dependencies: RestoreDependencies = {
    settings,
    address,
    ledger: backupLedger,
    knownSchemas,
    migrate: migrateDatabase,
    unlogged: true,
  };
  const { query } = ledger;
  const made = new Set<string>();
  const bench: Bench = {
    ledger,
    query,
    name: address.database,
    storageDir,
    settings,
    dependencies,
    backUp: async () => {
      const dependencies = { settings, address, ledger: backupLedger, settleInterrupted };
      const { published } = await runBackup(dependencies, { trigger: 'MANUAL', force: true, once: true });
      await proveNewest(dependencies);
      const [backup] = published;
      if (backup === undefined) throw new Error('no backup was made');
      return backup;
    },
    backups: () => listBackups(settings.directory),
    operate: async (count = 1) => {
      for (let i = 0; i < count; i++) await ledger.move(3, 1_000n);
    },
    change: async () => {
      await query('UPDATE users SET name = CONCAT(name, ?) WHERE id = 3', ['+']);
    },
    newest: async () => (await backupLedger.newestOperation(query)).number,
    restore: async (source, { into, safetyBackup = true, change: changed = {} } = {}) => {
      let plan: RestorePlan | undefined;
      const outcome = await restore(
        { ...dependencies, ...changed },
        { source, into: into ?? null, safetyBackup },
        (it) => {
          plan = it;
          return Promise.resolve(true);
        },
      );
      if (outcome === null || plan === undefined) throw new Error('nothing was restored');
      if (into !== undefined) made.add(into);
      return { plan, outcome };
    },
    plan: async (source, into) => {
      let plan: RestorePlan | undefined;
      await restore(dependencies, { source, into: into ?? null, safetyBackup: true }, (it) => {
        plan = it;
        return Promise.resolve(false);
      });
      if (plan === undefined) throw new Error('no plan was made');
      return plan;
    },
    litter: async () => [
      ...readdirSync(settings.workDirectory),
      ...(await findOwnSchemas(query, address.database, OWN_SCHEMAS)),
    ],
    check: () => checkLedger(query),
    close: async () => {
      for (const name of [...made, ...(await findOwnSchemas(query, address.database, OWN_SCHEMAS))]) {
        await query('DROP DATABASE IF EXISTS ??', [name]);
      }
      await ledger.close();
      rmSync(storageDir, { recursive: true, force: true });
    },
  };
  return bench;
}

/**
 * A checksum of the rows of every table of that schema that a backup holds, as if no restore had ever taken its place: each
 * adds to the journal of changes.
 */
export async function contentOf(query: Query, schema: string): Promise<Record<string, unknown>> {
  const rows = await query(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'BASE TABLE' AND TABLE_NAME NOT IN (?)`,
    [schema, OWN_TABLES],
  );
  const content: Record<string, unknown> = {};
  for (const { name } of rows) {
    if (name === 'pool') {
      // Each restore makes a new epoch.
      const [{ epoch: _, ...row } = {}] = await query('SELECT * FROM ??.pool', [schema]);
      content.pool = row;
      continue;
    }
    if (name === 'changes' || name === 'change_counter') continue;
    const [sum] = await query('CHECKSUM TABLE ??.??', [schema, String(name)]);
    content[String(name)] = sum?.Checksum;
  }
  if (rows.some(({ name }) => name === 'changes')) {
    const changes = await query('SELECT * FROM ??.changes WHERE kind <> ? ORDER BY number', [schema, RESTORE]);
    content.changes = createHash('sha256').update(JSON.stringify(changes)).digest('hex');
    const [counter] = await query(
      `SELECT lastChange - (SELECT COUNT(*) FROM ??.changes WHERE kind = ?) AS others FROM ??.change_counter`,
      [schema, RESTORE, schema],
    );
    content.change_counter = counter?.others;
  }
  return content;
}

const RESTORE = 'db:restore';

/** The statements that make the tables of that schema, without their counters and what goes without saying. */
export async function tablesOf(query: Query, schema: string): Promise<Record<string, string>> {
  const made: Record<string, string> = {};
  for (const name of Object.keys(await contentOf(query, schema))) {
    const [row] = await query('SHOW CREATE TABLE ??.??', [schema, name]);
    made[name] = String(row?.['Create Table'])
      .replace(/ AUTO_INCREMENT=\d+/, '')
      .replaceAll(SELF_EVIDENT, '');
  }
  return made;
}

/** Steps of a random history of the pool, from a seed. */
export function randomSteps(seed: number, count: number): Step[] {
  const [sample = []] = fc.sample(steps({ minLength: count, maxLength: count }), { seed, numRuns: 1 });
  return sample;
}

export function historyOf(ledger: LedgerUnderTest): History {
  return new History(ledger, new Model([2, 3, 4], BigInt(COMMISSION_RATE)));
}

export async function rejection(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => {
      throw new Error('expected a failure');
    },
    (error: unknown) => (error as Error).message,
  );
}
