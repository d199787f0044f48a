import type { DataSource, EntityManager } from 'typeorm';
import { Change } from '../entities/change';
import { Contribution } from '../entities/contribution';
import { Operation } from '../entities/operation';
import { Role } from '../entities/enums';
import { Payment } from '../entities/payment';
import { Sale } from '../entities/sale';
import { User } from '../entities/user';
import { Vehicle } from '../entities/vehicle';
import {
  changeConditions,
  type ChangeFilter,
  contributionConditions,
  operationConditions,
  type OperationFilter,
  paymentConditions,
  type PaymentFilter,
  saleConditions,
  type SaleFilter,
  type TimeFilter,
  userConditions,
  type UserFilter,
  vehicleConditions,
  type VehicleFilter,
} from './filters';
import { type List, readPage, readPagesOf } from './list';
import {
  changeOrder,
  contributionOrder,
  operationOrder,
  paymentOrder,
  PaymentOrder,
  saleOrder,
  TimeOrder,
  userOrder,
  UserOrder,
  vehicleOrder,
  VehicleOrder,
} from './orders';
import type { Page, PageRequest } from './page';
import { isStaff } from './roles';
import type { Condition } from './rows';

/** What is asked of a list; each list has an order of its own where none is asked for. */
export interface Asked<Filter, Order> {
  filter: Filter;
  /** What holds beside the filter: the older arguments of a list. */
  also?: Filter;
  orderBy?: Order | null;
  page: PageRequest;
}

/** All lists. Each throws Refusal BAD_USER_INPUT for what cannot be asked. */
export class ListService {
  private readonly manager: EntityManager;

  constructor({ manager }: DataSource) {
    this.manager = manager;
  }

  /** All of them for OPERATOR and ADMIN, for others only their own. */
  payments(viewer: User, asked: Asked<PaymentFilter, PaymentOrder>): Promise<Page<Payment>> {
    return readPage(this.manager, payments(asked, ownOf(viewer)), asked.page);
  }

  paymentsOfUsers(ids: readonly number[], asked: Asked<PaymentFilter, PaymentOrder>): Promise<Page<Payment>[]> {
    return readPagesOf(this.manager, payments(asked), { column: 'userId', ids }, asked.page);
  }

  /** What each of those sales paid: to an INVESTOR or COMPANY only their own payments. */
  paymentsOfSales(
    viewer: User,
    ids: readonly number[],
    asked: Asked<PaymentFilter, PaymentOrder>,
  ): Promise<Page<Payment>[]> {
    return readPagesOf(this.manager, payments(asked, ownOf(viewer)), { column: 'saleId', ids }, asked.page);
  }

  contributionsOfUsers(ids: readonly number[], asked: Asked<TimeFilter, TimeOrder>): Promise<Page<Contribution>[]> {
    const list = {
      name: 'contributions',
      entity: Contribution,
      order: contributionOrder(asked.orderBy ?? TimeOrder.NEWEST_FIRST),
      where: contributionConditions(asked.filter),
    };
    return readPagesOf(this.manager, list, { column: 'userId', ids }, asked.page);
  }

  vehicles({ filter, also = {}, orderBy, page }: Asked<VehicleFilter, VehicleOrder>): Promise<Page<Vehicle>> {
    const list = {
      name: 'vehicles',
      entity: Vehicle,
      order: vehicleOrder(orderBy ?? VehicleOrder.NEWEST_FIRST),
      where: [...vehicleConditions(filter), ...vehicleConditions(also)],
    };
    return readPage(this.manager, list, page);
  }

  users({ filter, also = {}, orderBy, page }: Asked<UserFilter, UserOrder>): Promise<Page<User>> {
    const list = {
      name: 'users',
      entity: User,
      order: userOrder(orderBy ?? UserOrder.OLDEST_FIRST),
      where: [...userConditions(filter), ...userConditions(also)],
    };
    return readPage(this.manager, list, page);
  }

  sales({ filter, orderBy, page }: Asked<SaleFilter, TimeOrder>): Promise<Page<Sale>> {
    const order = saleOrder(orderBy ?? TimeOrder.NEWEST_FIRST);
    return readPage(this.manager, { name: 'sales', entity: Sale, order, where: saleConditions(filter) }, page);
  }

  operations({ filter, orderBy, page }: Asked<OperationFilter, TimeOrder>): Promise<Page<Operation>> {
    const list = {
      name: 'operations',
      entity: Operation,
      order: operationOrder(orderBy ?? TimeOrder.NEWEST_FIRST, filter),
      where: operationConditions(filter),
    };
    return readPage(this.manager, list, page);
  }

  /** The journal of changes: everybody's for ADMIN, for all others only what they did themselves. */
  changes(viewer: User, { filter, orderBy, page }: Asked<ChangeFilter, TimeOrder>): Promise<Page<Change>> {
    const own: Condition[] = viewer.role === Role.ADMIN ? [] : [['t.actorId = ?', viewer.id]];
    const list = {
      name: 'changes',
      entity: Change,
      order: changeOrder(orderBy ?? TimeOrder.NEWEST_FIRST, filter),
      where: [...own, ...changeConditions(filter)],
    };
    return readPage(this.manager, list, page);
  }
}

function payments(
  { filter, also = {}, orderBy }: Asked<PaymentFilter, PaymentOrder>,
  where: readonly Condition[] = [],
): List<Payment> {
  return {
    name: 'payments',
    entity: Payment,
    order: paymentOrder(orderBy ?? PaymentOrder.NEWEST_FIRST, filter),
    where: [...where, ...paymentConditions(filter), ...paymentConditions(also)],
  };
}

const ownOf = (viewer: User): Condition[] => (isStaff(viewer) ? [] : [['t.userId = ?', viewer.id]]);
