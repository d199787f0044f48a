import type { DataSource } from 'typeorm';
import type { Ppm } from '../values/percentage';
import { AccountService } from './account-service';
import { HistoryService } from './history-service';
import { type AfterCommit, OperationRunner } from './operations';
import { OperationService } from './operation-service';
import { PaymentService } from './payment-service';
import { PoolService } from './pool-service';
import { SessionService } from './session-service';
import { UserService } from './user-service';
import { VehicleService } from './vehicle-service';

export interface Services {
  accounts: AccountService;
  history: HistoryService;
  operations: OperationService;
  payments: PaymentService;
  pool: PoolService;
  sessions: SessionService;
  users: UserService;
  vehicles: VehicleService;
}

export interface ServiceSettings {
  commissionRate: Ppm;
  currency: string;
  jwtSecret: string;
  /** Asks for a backup; called after each committed critical operation. */
  afterCommit: AfterCommit;
}

export function createServices(dataSource: DataSource, settings: ServiceSettings): Services {
  const runner = new OperationRunner(dataSource, settings.afterCommit);
  return {
    accounts: new AccountService(dataSource),
    history: new HistoryService(dataSource),
    operations: new OperationService(dataSource),
    payments: new PaymentService(dataSource, runner),
    pool: new PoolService(dataSource, settings.currency),
    sessions: new SessionService(dataSource, settings.jwtSecret),
    users: new UserService(dataSource),
    vehicles: new VehicleService(dataSource, runner, settings.commissionRate),
  };
}
