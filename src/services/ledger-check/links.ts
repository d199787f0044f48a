/*
 * The chain of changes, in SQL alone, so that what is written and what is checked have one form. docs/formats.md, "The
 * chain", says it in words.
 */

/** Before the first link. */
const NO_HASH = '0'.repeat(64);

/** Text with its length in bytes, so that no two rows read alike. */
const text = (column: string): string => `COALESCE(CONCAT(LENGTH(${column}), ':', ${column}), '-')`;
/** A number, a time or a word of a fixed set. */
const plain = (column: string): string => `COALESCE(${column}, '-')`;

/** The name of a column that may be marked as free text. */
const bare = (column: string): string => column.replace(/"$/, '');

const form = (alias: string, columns: readonly string[]): string =>
  `CONCAT_WS(',', ${columns.map((name) => (name.endsWith('"') ? text : plain)(`${alias}.${bare(name)}`)).join(', ')})`;

/** Columns by table; those that end with a quotation mark hold free text. */
const GIVEN = [
  'number',
  'uid"',
  'kind"',
  'operation',
  'actorId',
  'actorName"',
  'subject"',
  'subjectId"',
  'requestId"',
  'address"',
  'at',
  'details"',
];
const CHANGE = [...GIVEN, 'state', 'booked'];
/** The columns of a change that the database does not compute, in the order of its link. */
export const GIVEN_COLUMNS = GIVEN.map(bare);
const OPERATION = ['number', 'uid"', 'kind', 'actorId', 'vehicleId', 'saleId', 'paymentId', 'at'];
const SALE = [
  'id',
  'vehicleId',
  'price',
  'profit',
  'commission',
  'commissionRate',
  'distributed',
  'soldAt',
  'soldById',
  'daysHeld',
];
const REVERSAL = ['reversedAt', 'reversedById', 'reversalReason"'];
/** Its status changes by the reversal of its sale, which the ledger check knows. */
const BOOKED_PAYMENT = [
  'id',
  'userId',
  'kind',
  'amount',
  'saleId',
  'reversesId',
  'note"',
  'createdAt',
  'requestedById',
  'confirmedAt',
  'confirmedById',
  'rejectedAt',
  'rejectedById',
  'rejectionReason"',
];
const PAYMENT = [...BOOKED_PAYMENT, 'status'];
const CONTRIBUTION = ['id', 'userId', 'paymentId', 'amount', 'balance', 'percentage', 'createdAt'];

const RATE = ['id', 'rate', 'setById', 'setAt'];

/** What a change leaves of its subject; of the pool, its rates too; what operations derive, such as balances, the ledger check computes again. */
const SUBJECTS = {
  user: {
    table: 'users',
    columns: ['id', 'uid"', 'name"', 'email"', 'passwordHash"', 'tokenVersion', 'role', 'disabledAt', 'createdAt'],
  },
  payment: { table: 'payments', columns: PAYMENT },
  vehicle: {
    table: 'vehicles',
    columns: [
      'id',
      'title"',
      'vin"',
      'year',
      'mileage',
      'cost',
      'plannedPrice',
      'boughtAt',
      'boughtById',
      'cancelledAt',
      'cancelledById',
      'cancellationReason"',
    ],
  },
  pool: { table: 'pool', columns: ['id', 'uid"', 'currency"', 'commissionRate'] },
  finding: { table: 'acknowledgements', columns: ['id"', 'finding"', 'reason"', 'actor"', 'at'] },
} as const;

/** What has a row of its own that a change leaves in a state. */
type RowKind = keyof typeof SUBJECTS;
/** What a change may be of: the files of the backups are in no table. */
export type SubjectKind = RowKind | 'backups';

/** The state of a row as SQL, and the table that has it. */
export function stateOf(subject: RowKind, alias: string): { table: string; sql: string } {
  const { table, columns } = SUBJECTS[subject];
  const more =
    subject === 'pool'
      ? `, (SELECT GROUP_CONCAT(${form('c', RATE)} ORDER BY c.id SEPARATOR ';') FROM commission_rates c)`
      : '';
  return { table, sql: `SHA2(CONCAT_WS(';', ${form(alias, columns)}${more}), 256)` };
}

export const ROW_KINDS = Object.keys(SUBJECTS) as RowKind[];

/** The hash of a row of `changes`. @param before the hash of the row before it, null for none */
export function linkOf(alias: string, before: string): string {
  return `SHA2(CONCAT(COALESCE(${before}, '${NO_HASH}'), ',', ${form(alias, CHANGE)}), 256)`;
}

/** How many rows, what they add up to, and a digest of them in the order of their ids. */
const rowsOf = (alias: string, columns: readonly string[], from: string): string =>
  `(SELECT CONCAT_WS(',', COUNT(*), ${plain(`SUM(${alias}.amount)`)},
      ${plain(`SHA2(GROUP_CONCAT(${form(alias, columns)} ORDER BY ${alias}.id SEPARATOR ';'), 256)`)}) FROM ${from})`;

const ofSale = (kinds: string): string =>
  `CONCAT_WS(';', ${rowsOf('p', BOOKED_PAYMENT, `payments p WHERE p.saleId = o.saleId AND p.kind IN (${kinds})`)},
     ${rowsOf('c', CONTRIBUTION, `payments p JOIN contributions c ON c.paymentId = p.id WHERE p.saleId = o.saleId AND p.kind IN (${kinds})`)})`;

/** What operations of a kind book, beside their own row. */
const BOOKS: Readonly<Record<string, string>> = {
  SELL_VEHICLE: `CONCAT_WS(';', (SELECT ${form('s', SALE)} FROM sales s WHERE s.id = o.saleId), ${ofSale("'COMMISSION', 'INCOME'")})`,
  UNSELL_VEHICLE: `CONCAT_WS(';', (SELECT ${form('s', REVERSAL)} FROM sales s WHERE s.id = o.saleId), ${ofSale("'REVERSAL'")})`,
  CONFIRM_PAYMENT: `CONCAT_WS(';', (SELECT ${form('p', BOOKED_PAYMENT)} FROM payments p WHERE p.id = o.paymentId),
    ${rowsOf('c', CONTRIBUTION, 'contributions c WHERE c.paymentId = o.paymentId')})`,
};

const booked = (books: string): string => `SHA2(CONCAT_WS(';', ${form('o', OPERATION)}, ${books}), 256)`;

/** What an operation of that kind in a row of `operations o` booked; reads no table that the kind does not book in. */
export const bookedBy = (kind: string): string => booked(BOOKS[kind] ?? "'-'");

/** What the operation in a row of `operations o` booked, whatever its kind. */
export const BOOKED = booked(
  `CASE o.kind ${Object.entries(BOOKS)
    .map(([kind, books]) => `WHEN '${kind}' THEN ${books}`)
    .join(' ')} ELSE '-' END`,
);
