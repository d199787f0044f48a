import { accountChecks } from './audit/accounts';
import type { Query } from './audit/check';
import { contributionChecks } from './audit/contributions';
import { journalChecks } from './audit/journal';
import { paymentChecks } from './audit/payments';
import { referenceChecks } from './audit/references';
import { saleChecks } from './audit/sales';

const CHECKS = [
  ...referenceChecks,
  ...accountChecks,
  ...contributionChecks,
  ...paymentChecks,
  ...saleChecks,
  ...journalChecks,
];

/**
 * Checks the rules of the ledger against every row of that database: a restored copy, or the live one while no
 * operation commits (the statements read one after the other, and see what was committed in between).
 * @returns the first violation of each kind, in a sentence; empty where the ledger is sound
 */
export async function audit(query: Query): Promise<string[]> {
  const violations: string[] = [];
  for (const { sql, sentence } of CHECKS) {
    const [row] = await query(sql);
    if (row === undefined) continue;
    violations.push(sentence(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)]))));
  }
  return violations;
}
