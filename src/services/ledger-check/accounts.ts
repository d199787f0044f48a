import type { Check } from './check';
import { chainCheck } from './lines';

/** Balances and shares: each account's history adds up, line by line, to what it holds now. */
export const accountChecks: readonly Check[] = [
  chainCheck,
  {
    sql: `SELECT u.id, u.balance, u.percentage, COALESCE(c.balance, 0) AS newestBalance,
                 COALESCE(c.percentage, 0) AS newestPercentage
          FROM users u
          LEFT JOIN (SELECT userId, MAX(id) AS id FROM contributions GROUP BY userId) newest ON newest.userId = u.id
          LEFT JOIN contributions c ON c.id = newest.id
          WHERE u.balance <> COALESCE(c.balance, 0) OR u.percentage <> COALESCE(c.percentage, 0)
          ORDER BY u.id`,
    sentence: (r) =>
      `User ${r.id} holds ${r.balance} cents and ${r.percentage} ppm, but the contributions lead to ${r.newestBalance} cents and ${r.newestPercentage} ppm.`,
  },
  {
    sql: `SELECT total FROM (SELECT COALESCE(SUM(percentage), 0) AS total FROM users) s WHERE total NOT IN (0, 1000000)`,
    sentence: (r) => `The shares in force add up to ${r.total} ppm, neither to 1000000 nor to 0.`,
  },
  {
    sql: `SELECT id, role, balance, percentage, COALESCE(memberSince, 'never') AS memberSince FROM users
          WHERE (percentage <> 0 AND memberSince IS NULL)
             OR (memberSince IS NOT NULL AND role NOT IN ('OPERATOR', 'INVESTOR'))
             OR (memberSince IS NULL AND balance <> 0 AND role <> 'COMPANY') ORDER BY id`,
    sentence: (r) =>
      `User ${r.id} is ${r.role}, a member since ${r.memberSince}, and holds ${r.percentage} ppm and ${r.balance} cents.`,
  },
  {
    sql: `SELECT u.id, COALESCE(u.memberSince, 'never') AS memberSince, COALESCE(p.first, 'never') AS first FROM users u
          LEFT JOIN (SELECT userId, MIN(confirmedAt) AS first FROM payments
                     WHERE kind IN ('DEPOSIT', 'WITHDRAWAL') AND status = 'CONFIRMED' GROUP BY userId) p ON p.userId = u.id
          WHERE p.first IS NOT NULL AND NOT (u.memberSince <=> p.first) ORDER BY u.id`,
    sentence: (r) =>
      `User ${r.id} is a member since ${r.memberSince}, but the first payment was confirmed at ${r.first}.`,
  },
  {
    sql: `SELECT companies FROM (SELECT COUNT(*) AS companies FROM users WHERE role = 'COMPANY') c WHERE companies <> 1`,
    sentence: (r) => `There are ${r.companies} COMPANY accounts instead of one.`,
  },
];
