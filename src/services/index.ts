import type { DataSource } from 'typeorm';
import { AccountService } from './account-service';
import { FindingService } from './finding-service';
import { HistoryService } from './history-service';
import { ListService } from './list-service';
import { ListSizes } from './list-sizes';
import { type AfterCommit, OperationRunner } from './operations';
import { OperationQueue } from './operation-queue';
import { OperationService } from './operation-service';
import { PaymentService } from './payment-service';
import { PoolService } from './pool-service';
import { SessionService } from './session-service';
import { StatementService } from './statement-service';
import { UpdateService } from './update-service';
import { UserService } from './user-service';
import { VehicleService } from './vehicle-service';

export interface Services {
  accounts: AccountService;
  findings: FindingService;
  history: HistoryService;
  lists: ListService;
  /** How many rows lists without pages can hold. */
  listSizes: ListSizes;
  operations: OperationService;
  payments: PaymentService;
  pool: PoolService;
  /** Where operations wait for their turn. */
  queue: OperationQueue;
  sessions: SessionService;
  statements: StatementService;
  updates: UpdateService;
  users: UserService;
  vehicles: VehicleService;
}

interface ServiceSettings {
  jwtSecret: string;
  /** Nobody confirms a payment that they asked for, or that is their own. */
  fourEyes: boolean;
  /** A purchase may cost more than the pool has available: the company fronts it. */
  overdraft: boolean;
  /** Asks for a backup; called after each committed critical operation. */
  afterCommit: AfterCommit;
}

export function createServices(dataSource: DataSource, settings: ServiceSettings): Services {
  const queue = new OperationQueue();
  const runner = new OperationRunner(dataSource, settings.afterCommit, queue);
  return {
    accounts: new AccountService(dataSource),
    findings: new FindingService(dataSource),
    history: new HistoryService(dataSource),
    lists: new ListService(dataSource),
    listSizes: new ListSizes(dataSource),
    operations: new OperationService(dataSource, queue),
    payments: new PaymentService(dataSource, runner, settings),
    pool: new PoolService(dataSource, queue),
    queue,
    sessions: new SessionService(dataSource, settings.jwtSecret),
    statements: new StatementService(dataSource),
    updates: new UpdateService(dataSource),
    users: new UserService(dataSource),
    vehicles: new VehicleService(dataSource, runner, settings),
  };
}
