import 'reflect-metadata';
import type { DataSource, Logger } from 'typeorm';
import type { Query } from '../../src/database/connection/query';
import type { DatabaseAddress } from '../../src/database/connection/address';
import type { ConnectionLimits } from '../../src/database/connection/connection-pool';
import { createDataSource } from '../../src/database/data-source';
import { migrate } from '../../src/database/migrate';
import { PaymentKind, type Role } from '../../src/entities/enums';
import { User } from '../../src/entities/user';
import { checkLedger } from '../../src/services/ledger-check';
import { OperationQueue } from '../../src/services/operation-queue';
import { OperationRunner } from '../../src/services/operations';
import { PaymentService } from '../../src/services/payment-service';
import { settleFacts } from '../../src/services/pool-facts';
import { VehicleService } from '../../src/services/vehicle-service';
import { createTestDatabase, type TestDatabase } from './database';

export interface LedgerOptions {
  /** In ppm. */
  commissionRate?: number;
  /** The accounts beside the COMPANY, which has id 1. */
  roles?: readonly Role[];
  limits?: ConnectionLimits;
  retryForMs?: number;
  logger?: Logger;
  /** Where the services reach the database, such as a proxy; by default the database itself. */
  through?: (address: DatabaseAddress) => DatabaseAddress | Promise<DatabaseAddress>;
  /** The URL of a database server other than the one that all tests share. */
  server?: string;
}

/** The services over a real database of a test's own, in this process and without HTTP. */
export interface LedgerUnderTest {
  database: TestDatabase;
  dataSource: DataSource;
  query: Query;
  payments: PaymentService;
  vehicles: VehicleService;
  /** Who does everything: the first account. */
  actor: User;
  /** Numbers of the operations after which a backup was asked for. */
  asked: number[];
  /** Asks on behalf of a member; a negative amount withdraws. @returns the payment's id */
  requestMove(userId: number, amount: bigint): Promise<string>;
  /** Asks and confirms on behalf of a member; a negative amount withdraws. @returns the payment's id */
  move(userId: number, amount: bigint): Promise<string>;
  check(): Promise<string[]>;
  close(): Promise<void>;
}

export async function createLedger(options: LedgerOptions = {}): Promise<LedgerUnderTest> {
  const { commissionRate = 500_000, roles = [], limits, retryForMs, logger } = options;
  const database = await createTestDatabase(options.server);
  const { address, query } = database;
  const straight = await createDataSource(address).initialize();
  await migrate(straight);
  await settleFacts(straight, { currency: null, commissionRate });
  await straight.destroy();
  // Where a cluster gave it another.
  await query("UPDATE users SET id = 1 WHERE role = 'COMPANY'");
  await addAccounts(query, roles);

  const dataSource = await createDataSource((await options.through?.(address)) ?? address, logger, limits).initialize();
  const asked: number[] = [];
  const queue = new OperationQueue(retryForMs);
  const runner = new OperationRunner(dataSource, ({ number }) => asked.push(number), queue, retryForMs);
  const payments = new PaymentService(dataSource, runner);
  const actor = await dataSource.manager.findOneByOrFail(User, { id: roles.length > 0 ? 2 : 1 });
  // An INVESTOR may not ask on behalf of others.
  const asker = Object.assign(new User(), actor, { role: 'ADMIN' });
  const requestMove = async (userId: number, amount: bigint): Promise<string> => {
    const kind = amount > 0n ? PaymentKind.DEPOSIT : PaymentKind.WITHDRAWAL;
    const input = { kind, amount: amount > 0n ? amount : -amount, userId: String(userId) };
    return String((await payments.request(asker, input)).id);
  };
  const ledger: LedgerUnderTest = {
    database,
    dataSource,
    query,
    payments,
    vehicles: new VehicleService(dataSource, runner),
    actor,
    asked,
    requestMove,
    move: async (userId, amount) => {
      const id = await requestMove(userId, amount);
      await payments.confirm(actor, id);
      return id;
    },
    check: () => checkLedger((sql, parameters) => ledger.query(sql, parameters)),
    close: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
  return ledger;
}

/** Accounts with the ids from 2 on; nobody signs in as them. */
export async function addAccounts(query: Query, roles: readonly Role[]): Promise<void> {
  if (roles.length === 0) return;
  const [row] = await query('SELECT MAX(id) AS last FROM users');
  const first = Number(row?.last) + 1;
  const accounts = roles.map((role, i) => [first + i, `Account ${first + i}`, `a${first + i}@example.com`, role]);
  for (let i = 0; i < accounts.length; i += 5_000) {
    const rows = accounts.slice(i, i + 5_000).map((account) => [...account, new Date()]);
    await query('INSERT INTO users (id, name, email, role, createdAt) VALUES ?', [rows]);
  }
}

const TABLES = ['idempotency_keys', 'operations', 'contributions', 'payments', 'sales', 'vehicles'];

/** Back to a new pool: the accounts stay and hold nothing. */
export async function emptyLedger(query: Query): Promise<void> {
  await query('SET foreign_key_checks = 0');
  for (const table of TABLES) await query(`DELETE FROM ${table}`);
  await query('SET foreign_key_checks = 1');
  await query('UPDATE users SET balance = 0, percentage = 0, memberSince = NULL');
  await query('UPDATE pool SET lastOperation = 0');
  await query('DELETE FROM changes WHERE number > 1');
  await query('UPDATE change_counter SET lastChange = 1');
}
