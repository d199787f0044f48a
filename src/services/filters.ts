import type { OperationKind, PaymentKind, PaymentStatus, Role, VehicleStatus } from '../entities/enums';
import type { Cents } from '../values/money';
import { badInput } from './errors';
import { parseId } from './input';
import type { Condition } from './rows';

/** What the rows of a list must be. What is null or left out selects nothing. */
export interface TimeFilter {
  /** Included. */
  from?: Date | null;
  /** Not included. */
  to?: Date | null;
}

export interface PaymentFilter extends TimeFilter {
  user?: string | null;
  sale?: string | null;
  kind?: PaymentKind | null;
  status?: PaymentStatus | null;
  leastAmount?: Cents | null;
  greatestAmount?: Cents | null;
  text?: string | null;
}

export interface VehicleFilter {
  status?: VehicleStatus | null;
  text?: string | null;
  boughtFrom?: Date | null;
  boughtTo?: Date | null;
  soldFrom?: Date | null;
  soldTo?: Date | null;
}

export interface UserFilter {
  role?: Role | null;
  disabled?: boolean | null;
  text?: string | null;
}

export interface SaleFilter extends TimeFilter {
  reversed?: boolean | null;
}

export interface OperationFilter extends TimeFilter {
  kind?: OperationKind | null;
  actor?: string | null;
}

export interface ChangeFilter extends TimeFilter {
  kinds?: string[] | null;
  actor?: string | null;
  subject?: string | null;
  /** Goes with `subject`. */
  subjectId?: string | null;
}

export function paymentConditions(filter: PaymentFilter): Condition[] {
  const { leastAmount, greatestAmount } = filter;
  if (leastAmount != null && greatestAmount != null && leastAmount > greatestAmount) {
    throw badInput('The greatestAmount must not be less than the leastAmount.', 'filter.greatestAmount');
  }
  return [
    ...given('t.status = ?', filter.status),
    ...given('t.kind = ?', filter.kind),
    ...withId('t.userId = ?', filter.user),
    ...withId('t.saleId = ?', filter.sale),
    ...given('t.amount >= ?', leastAmount),
    ...given('t.amount <= ?', greatestAmount),
    ...between('t.createdAt', filter, ['from', 'to']),
    ...matching(['t.note', 't.rejectionReason'], filter.text),
  ];
}

export function vehicleConditions(filter: VehicleFilter): Condition[] {
  const sold = between('s.soldAt', { from: filter.soldFrom, to: filter.soldTo }, ['soldFrom', 'soldTo']);
  const inForce = `SELECT s.vehicleId FROM sales s WHERE s.reversedAt IS NULL`;
  return [
    ...given('t.status = ?', filter.status),
    ...between('t.boughtAt', { from: filter.boughtFrom, to: filter.boughtTo }, ['boughtFrom', 'boughtTo']),
    ...sold.map(([sql, ...parameters]): Condition => [`t.id IN (${inForce} AND ${sql})`, ...parameters]),
    ...matching(['t.title', 't.vin'], filter.text),
  ];
}

export const userConditions = ({ role, disabled, text }: UserFilter): Condition[] => [
  ...given('t.role = ?', role),
  ...isSet('t.disabledAt', disabled),
  ...matching(['t.name', 't.email'], text),
];

export const saleConditions = (filter: SaleFilter): Condition[] => [
  ...between('t.soldAt', filter, ['from', 'to']),
  ...isSet('t.reversedAt', filter.reversed),
];

export const contributionConditions = (filter: TimeFilter): Condition[] =>
  between('t.createdAt', filter, ['from', 'to']);

export const operationConditions = (filter: OperationFilter): Condition[] => [
  ...given('t.kind = ?', filter.kind),
  ...withId('t.actorId = ?', filter.actor),
  ...between('t.at', filter, ['from', 'to']),
];

/** More than there are mutations and commands. */
const MAX_KINDS = 100;

export function changeConditions({ kinds, actor, subject, subjectId, ...times }: ChangeFilter): Condition[] {
  if (subjectId != null && subject == null) {
    throw badInput('The subjectId goes with the subject: ids of different subjects are alike.', 'filter.subjectId');
  }
  if (kinds != null && kinds.length > MAX_KINDS) {
    throw badInput(`The kinds must be at most ${MAX_KINDS}, not ${kinds.length}.`, 'filter.kinds');
  }
  return [
    // An empty list selects what it names: nothing.
    ...(kinds == null ? [] : kinds.length === 0 ? [['FALSE'] as const] : [['t.kind IN (?)', kinds] as const]),
    ...withId('t.actorId = ?', actor),
    ...given('t.subject = ?', subject),
    ...given('t.subjectId = ?', subjectId),
    ...between('t.at', times, ['from', 'to']),
  ];
}

const given = (sql: string, value: unknown): Condition[] => (value == null ? [] : [[sql, value]]);

/** No row has an id that is none. */
const withId = (sql: string, id: string | null | undefined): Condition[] =>
  given(sql, id == null ? null : (parseId(id) ?? 0));

const isSet = (column: string, wanted: boolean | null | undefined): Condition[] =>
  wanted == null ? [] : [[`${column} IS ${wanted ? 'NOT ' : ''}NULL`]];

/** As long as the longest title. */
const MAX_SEARCH = 200;

/** @throws Refusal BAD_USER_INPUT */
function matching(columns: readonly string[], text: string | null | undefined): Condition[] {
  if (text == null || text === '') return [];
  if (text.length > MAX_SEARCH) throw badInput(`A text to search for must have at most ${MAX_SEARCH} characters.`);
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  return [[`(${columns.map((column) => `${column} LIKE ?`).join(' OR ')})`, ...columns.map(() => pattern)]];
}

const EARLIEST = new Date('1900-01-01T00:00:00.000Z');
const LATEST = new Date('9999-12-31T23:59:59.999Z');

/**
 * A stretch of time; its begin is included, its end is not.
 * @param names of the two fields
 * @throws Refusal BAD_USER_INPUT for a time that the database cannot hold, and for an end before the begin
 */
export function checkTimes(
  { from, to }: TimeFilter,
  [begin, end]: readonly [string, string],
  place: 'filter.' | '' = 'filter.',
): void {
  for (const [name, time] of [
    [begin, from],
    [end, to],
  ] as const) {
    if (time == null || (time >= EARLIEST && time <= LATEST)) continue;
    const bounds = `from ${EARLIEST.toISOString()} to ${LATEST.toISOString()}`;
    throw badInput(`${name} must be a time ${bounds}.`, `${place}${name}`);
  }
  if (from != null && to != null && from > to) {
    throw badInput(`${end} must not be before ${begin}.`, `${place}${end}`);
  }
}

/** @throws Refusal BAD_USER_INPUT */
function between(column: string, times: TimeFilter, names: readonly [string, string]): Condition[] {
  checkTimes(times, names);
  return [...given(`${column} >= ?`, times.from), ...given(`${column} < ?`, times.to)];
}
