import { accountChecks } from './audit/accounts';
import type { Check, Query, Screen } from './audit/check';
import { contributionChecks } from './audit/contributions';
import { journalChecks } from './audit/journal';
import { bookingCheck, chainCheck, lineScreens, shareInForceCheck } from './audit/lines';
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

/** What screens look for; their own statements are asked only where a screen says so. */
const SCREENED = new Set([bookingCheck, chainCheck, shareInForceCheck]);

/** Those that read the longest table first, and screens, which are many, last: so no connection waits for another. */
const TURNS = [...new Set([...contributionChecks, ...accountChecks, ...CHECKS])].filter(
  (check) => !SCREENED.has(check),
);

type Turn = (ask: Query) => Promise<void>;

/**
 * Checks the rules of the ledger against every row of that database: a restored copy, or the live one while no
 * operation commits (the statements read one after the other, and see what was committed in between).
 * @param query asks the database; `more` ask it too, each over a connection of its own, and share the work
 * @returns the first violation of each kind, in a sentence; empty where the ledger is sound
 */
export async function audit(query: Query, ...more: readonly Query[]): Promise<string[]> {
  const found = new Map<Check, string>();
  const suspected = new Set<Check>();
  const look =
    (check: Check): Turn =>
    async (ask) => {
      const [row] = await ask(check.sql);
      if (row !== undefined) found.set(check, check.sentence(texts(row)));
    };
  const screen =
    ({ sql, checks }: Screen): Turn =>
    async (ask) => {
      const [row] = await ask(sql);
      for (const [column, check] of Object.entries(checks)) if (Number(row?.[column]) > 0) suspected.add(check);
    };
  const [lines] = await query('SELECT MAX(id) AS last FROM contributions');
  const screens = lineScreens(Number(lines?.last));
  await share([...TURNS.map(look), ...screens.map(screen)], [query, ...more]);
  await share([...suspected].map(look), [query, ...more]);
  return CHECKS.flatMap((check) => found.get(check) ?? []);
}

/** Each of the connections takes the next turn as soon as it is free. */
async function share(turns: readonly Turn[], queries: readonly Query[]): Promise<void> {
  const waiting = [...turns];
  const work = async (ask: Query): Promise<void> => {
    for (let turn = waiting.shift(); turn !== undefined; turn = waiting.shift()) await turn(ask);
  };
  const running = queries.map((ask) =>
    work(ask).catch((error: unknown) => {
      waiting.length = 0;
      throw error;
    }),
  );
  // Nothing may read on when the caller is told of a failure: it drops the database.
  await Promise.allSettled(running);
  await Promise.all(running);
}

function texts(row: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)]));
}
