import { BOOKED, linkOf, stateOf, ROW_KINDS } from './links';
import type { Check } from './check';

const since = 'Changes1796040000000';

const NAMES = {
  user: 'User',
  payment: 'Payment',
  vehicle: 'Vehicle',
  pool: 'Pool',
  finding: 'Acknowledgement',
} as const;

/** By which changes accounts and payments are made: from the first of them on, each row has one. */
const MADE = [
  { subject: 'user', kinds: "'createUser', 'user:create', 'start:administrator'", where: 'TRUE' },
  { subject: 'payment', kinds: "'requestPayment'", where: 'r.saleId IS NULL' },
] as const;

/** The migrations that brought columns of the states. */
const COLUMNS_SINCE: Readonly<Record<string, string>> = {
  user: 'Identities1796050800000',
  vehicle: 'UndonePurchases1796047200000',
};

/** The chain of changes: each link fits the one before, and every row is what the last change left of it. */
export const chainChecks: readonly Check[] = [
  {
    since,
    sql: `SELECT number, kind FROM (SELECT c.*, LAG(c.hash) OVER (ORDER BY c.number) AS previous FROM changes c) c
          WHERE NOT (c.hash <=> ${linkOf('c', 'c.previous')}) ORDER BY number`,
    sentence: (r) =>
      `Change ${r.number} (${r.kind}) does not fit the chain: it, or the change before it, is not as it was written.`,
  },
  {
    since,
    sql: `SELECT o.number, o.kind FROM operations o JOIN changes c ON c.operation = o.number
          WHERE NOT (c.booked <=> ${BOOKED}) ORDER BY o.number`,
    sentence: (r) => `Operation ${r.number} (${r.kind}) or what it booked is not as it was written.`,
  },
  ...ROW_KINDS.map((subject): Check => {
    const { table, sql } = stateOf(subject, 'r');
    return {
      since: COLUMNS_SINCE[subject] ?? since,
      sql: `SELECT c.subjectId, c.number, IF(r.id IS NULL, 'is gone', 'is not what it left') AS how
            FROM (SELECT MAX(number) AS number FROM changes WHERE subject = '${subject}' GROUP BY subjectId) l
            JOIN changes c ON c.number = l.number LEFT JOIN ${table} r
              ON r.id = ${subject === 'finding' ? 'c.subjectId' : 'CAST(c.subjectId AS UNSIGNED)'}
            WHERE c.state IS NOT NULL AND NOT (c.state <=> ${sql}) ORDER BY c.number`,
      sentence: (r) => `${NAMES[subject]} ${r.subjectId} ${r.how} since change ${r.number}.`,
    };
  }),
  ...MADE.map(({ subject, kinds, where }): Check => ({
    since,
    sql: `SELECT r.id FROM ${stateOf(subject, 'r').table} r
            JOIN (SELECT MIN(CAST(subjectId AS UNSIGNED)) AS id FROM changes
                  WHERE subject = '${subject}' AND kind IN (${kinds})) f ON r.id > f.id
            LEFT JOIN (SELECT DISTINCT CAST(subjectId AS UNSIGNED) AS id FROM changes WHERE subject = '${subject}') c
              ON c.id = r.id
            WHERE ${where} AND c.id IS NULL ORDER BY r.id`,
    sentence: (r) => `${NAMES[subject]} ${r.id} was made by no change.`,
  })),
];
