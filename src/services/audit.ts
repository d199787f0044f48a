import { accountChecks } from './audit/accounts';
import type { Check, Query } from './audit/check';
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

/** Those that read the longest table first: what is left for the end is short, and no connection waits for another. */
const TURNS = [...new Set([...accountChecks, ...contributionChecks, ...CHECKS])];

/**
 * Checks the rules of the ledger against every row of that database: a restored copy, or the live one while no
 * operation commits (the statements read one after the other, and see what was committed in between).
 * @param query asks the database; `more` ask it too, each over a connection of its own, and share the work
 * @returns the first violation of each kind, in a sentence; empty where the ledger is sound
 */
export async function audit(query: Query, ...more: readonly Query[]): Promise<string[]> {
  const found = new Map<Check, string>();
  const waiting = [...TURNS];
  const work = async (ask: Query): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const [row] = await ask(check.sql);
      if (row !== undefined) found.set(check, check.sentence(texts(row)));
    }
  };
  const running = [query, ...more].map((ask) =>
    work(ask).catch((error: unknown) => {
      waiting.length = 0;
      throw error;
    }),
  );
  // Nothing may read on when the caller is told of a failure: it drops the database.
  await Promise.allSettled(running);
  await Promise.all(running);
  return CHECKS.flatMap((check) => found.get(check) ?? []);
}

function texts(row: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)]));
}
