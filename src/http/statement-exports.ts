import type { User } from '../entities/user';
import type { Services } from '../services';
import { badInput, notFound, Refusal } from '../services/errors';
import { isStaff } from '../services/roles';
import type { Period, Statement } from '../services/statement-service';
import { csvLine } from '../values/csv';
import { isoTime } from '../values/iso-time';
import { formatCents } from '../values/money';
import { formatPercentage } from '../values/percentage';
import type { ExportLink, Given } from './export-link';
import { timeParameter } from './link-parameters';
import { STATEMENT_POLICY, statementPage } from './statement-page';

/** Of one file, which is held in memory: some 30 MB. */
const MOST_LINES_OF_FILE = 100_000;

/** Whose statement a link is about. @throws Refusal FORBIDDEN, NOT_FOUND */
type FindOwner = (services: Services, viewer: User, given: Given) => Promise<User>;

const byId: FindOwner = async ({ users }, viewer, { id = '' }) => {
  if (!isStaff(viewer) && id !== String(viewer.id)) {
    throw new Refusal('FORBIDDEN', 'Only OPERATOR and ADMIN may have the statement of another account.');
  }
  const user = await users.find(id);
  if (user === null) throw notFound('user', id);
  return user;
};

const company: FindOwner = async ({ users, statements }, viewer) => {
  if (!isStaff(viewer)) throw new Refusal('FORBIDDEN', "The company's statement is for OPERATOR and ADMIN.");
  const id = String(await statements.companyId());
  const user = await users.find(id);
  if (user === null) throw notFound('user', id);
  return user;
};

const PLACES: readonly [path: string, find: FindOwner][] = [
  ['/exports/users/:id', byId],
  ['/exports/company', company],
];

/** GET .../statement.csv and .../statement.html?from=TIME&to=TIME: of an account, and of the company. */
export function statementExports(services: Services): ExportLink[] {
  return PLACES.flatMap(([path, find]) => {
    const statementOf = async (viewer: User, given: Given): Promise<{ owner: User; statement: Statement }> => {
      const owner = await find(services, viewer, given);
      const [statement] = await services.statements.ofUsers([owner.id], periodOf(given), MOST_LINES_OF_FILE);
      if (statement?.lines == null) {
        throw badInput(`There are more than ${MOST_LINES_OF_FILE} bookings: ask for a shorter stretch of time.`, 'to');
      }
      return { owner, statement };
    };
    const link = { action: 'exportStatement', parameters: ['from', 'to'] };
    return [
      {
        ...link,
        url: `${path}/statement.csv`,
        file: async (viewer, given) => {
          const { statement } = await statementOf(viewer, given);
          return {
            name: `${nameOf(statement)}.csv`,
            type: 'text/csv; charset=utf-8; header=present',
            body: csvOf(statement),
          };
        },
      },
      {
        ...link,
        url: `${path}/statement.html`,
        file: async (viewer, given) => {
          const { owner, statement } = await statementOf(viewer, given);
          const { currency } = await services.pool.facts();
          return {
            name: `${nameOf(statement)}.html`,
            type: 'text/html; charset=utf-8',
            policy: STATEMENT_POLICY,
            body: statementPage(statement, { name: owner.name, email: owner.email, currency, at: new Date() }),
          };
        },
      },
    ];
  });
}

/** @throws Refusal BAD_USER_INPUT where one of the two is missing or no time */
function periodOf(given: Given): Period {
  const timeOf = (name: 'from' | 'to'): Date => {
    const time = timeParameter(name, given[name]);
    if (time === null) throw badInput(`${name} is missing: a statement needs from and to.`, name);
    return time;
  };
  return { from: timeOf('from'), to: timeOf('to') };
}

const nameOf = ({ userId, from, to }: Statement): string =>
  `statement-${userId}-${isoTime(from).slice(0, 10)}-${isoTime(to).slice(0, 10)}`;

/** Between a line for the opening and one for the closing, one line a booking, so that amounts add up down the column. */
function csvOf(statement: Statement): string {
  const { from, to, opening, closing, openingPercentage, closingPercentage, lines } = statement;
  return [
    csvLine(['at', 'kind', 'amount', 'balance', 'percentage', 'paymentId']),
    csvLine([isoTime(from), 'OPENING', '', formatCents(opening), formatPercentage(openingPercentage), '']),
    ...(lines ?? []).map(({ at, kind, amount, balance, percentage, paymentId }) =>
      csvLine([
        isoTime(at),
        kind ?? 'SHARE',
        formatCents(amount),
        formatCents(balance),
        formatPercentage(percentage),
        paymentId,
      ]),
    ),
    csvLine([isoTime(to), 'CLOSING', '', formatCents(closing), formatPercentage(closingPercentage), '']),
  ].join('');
}
