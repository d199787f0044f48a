import type { Order, SortColumn } from './order';

/** The orders that clients may ask a list for. */
export enum PaymentOrder {
  NEWEST_FIRST = 'NEWEST_FIRST',
  OLDEST_FIRST = 'OLDEST_FIRST',
  HIGHEST_AMOUNT_FIRST = 'HIGHEST_AMOUNT_FIRST',
  LOWEST_AMOUNT_FIRST = 'LOWEST_AMOUNT_FIRST',
}

export enum VehicleOrder {
  NEWEST_FIRST = 'NEWEST_FIRST',
  OLDEST_FIRST = 'OLDEST_FIRST',
  HIGHEST_COST_FIRST = 'HIGHEST_COST_FIRST',
  LOWEST_COST_FIRST = 'LOWEST_COST_FIRST',
}

export enum UserOrder {
  OLDEST_FIRST = 'OLDEST_FIRST',
  NEWEST_FIRST = 'NEWEST_FIRST',
  NAME_A_TO_Z = 'NAME_A_TO_Z',
  NAME_Z_TO_A = 'NAME_Z_TO_A',
}

/** Of what is listed by its time alone. */
export enum TimeOrder {
  NEWEST_FIRST = 'NEWEST_FIRST',
  OLDEST_FIRST = 'OLDEST_FIRST',
}

/** Every order goes up or down. */
const UPWARD: ReadonlySet<string> = new Set([
  'OLDEST_FIRST',
  'LOWEST_AMOUNT_FIRST',
  'LOWEST_COST_FIRST',
  'NAME_A_TO_Z',
]);

const ID: SortColumn = { name: 'id', holds: 'number' };
const NUMBER: SortColumn = { name: 'number', holds: 'number' };
const by = (name: string, holds: SortColumn['holds']): SortColumn => ({ name, holds });

const order = (asked: string, ...columns: SortColumn[]): Order => ({ columns, descending: !UPWARD.has(asked) });

interface Between {
  from?: Date | null;
  to?: Date | null;
}

/**
 * Rows are numbered as they come, so that an id tells the newest. Where a stretch of time is asked for, its index gives
 * the rows in their order: by id, all rows after the stretch would be read first.
 */
const newest = (asked: string, { from, to }: Between, time: string, key: SortColumn): Order =>
  from == null && to == null ? order(asked, key) : order(asked, by(time, 'time'), key);

export function paymentOrder(asked: PaymentOrder, filter: Between): Order {
  if (asked.includes('AMOUNT')) return order(asked, by('amount', 'cents'), ID);
  return newest(asked, filter, 'createdAt', ID);
}

export const contributionOrder = (asked: TimeOrder): Order => order(asked, ID);

export const operationOrder = (asked: TimeOrder, filter: Between): Order => newest(asked, filter, 'at', NUMBER);

export const changeOrder = (asked: TimeOrder, filter: Between): Order => newest(asked, filter, 'at', NUMBER);

export const saleOrder = (asked: TimeOrder): Order => order(asked, by('soldAt', 'time'), ID);

export const vehicleOrder = (asked: VehicleOrder): Order =>
  order(asked, asked.includes('COST') ? by('cost', 'cents') : by('boughtAt', 'time'), ID);

export const userOrder = (asked: UserOrder): Order =>
  asked.startsWith('NAME') ? order(asked, by('name', 'text'), ID) : order(asked, ID);
