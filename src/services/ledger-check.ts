import { accountChecks } from './ledger-check/accounts';
import { chainChecks } from './ledger-check/chain';
import type { Check, Screen } from './ledger-check/check';
import type { Query } from '../database/connection/query';
import { contributionChecks } from './ledger-check/contributions';
import { journalChecks } from './ledger-check/journal';
import { bookingCheck, chainCheck, lineScreens, shareInForceCheck } from './ledger-check/lines';
import { paymentChecks } from './ledger-check/payments';
import { referenceChecks } from './ledger-check/references';
import { saleChecks } from './ledger-check/sales';

const CHECKS = [
  ...referenceChecks,
  ...accountChecks,
  ...contributionChecks,
  ...paymentChecks,
  ...saleChecks,
  ...journalChecks,
  ...chainChecks,
];

/** What screens look for; their own statements are asked only where a screen says so. */
const SCREENED = new Set([bookingCheck, chainCheck, shareInForceCheck]);

/** Those that read the longest table first, and screens, which are many, last: so no connection waits for another. */
const TURNS = [...new Set([...contributionChecks, ...accountChecks, ...CHECKS])].filter(
  (check) => !SCREENED.has(check),
);

/** So many rows that break one rule are named each by itself, so that who knows of one still hears of the others. */
const NAMED = 20;

type Turn = (ask: Query) => Promise<void>;

/**
 * Checks the rules of the ledger against every row of that database: a restored copy, or the live one while no
 * operation commits (the statements read one after the other, and see what was committed in between).
 * @param query asks the database; `more` ask it too, each over a connection of its own, and share the work
 * @returns the first 20 violations of each rule, each in a sentence, the last of which tells how many more there are;
 * empty where the ledger is sound
 */
export async function checkLedger(query: Query, ...more: readonly Query[]): Promise<string[]> {
  const found = new Map<Check, string[]>();
  const suspected = new Set<Check>();
  const look =
    (check: Check): Turn =>
    async (ask) => {
      found.set(check, await violations(check, ask));
    };
  const screen =
    ({ sql, checks }: Screen): Turn =>
    async (ask) => {
      const [row] = await ask(sql);
      for (const [column, check] of Object.entries(checks)) if (Number(row?.[column]) > 0) suspected.add(check);
    };
  const migrations = new Set((await query('SELECT name FROM migrations')).map(({ name }) => name));
  const turns = TURNS.filter(({ since }) => since === undefined || migrations.has(since));
  const [lines] = await query('SELECT MAX(id) AS last FROM contributions');
  const screens = lineScreens(Number(lines?.last));
  await share([...turns.map(look), ...screens.map(screen)], [query, ...more]);
  await share([...suspected].map(look), [query, ...more]);
  return CHECKS.flatMap((check) => found.get(check) ?? []);
}

async function violations({ sql, sentence }: Check, ask: Query): Promise<string[]> {
  const rows = await ask(`${sql} LIMIT ${NAMED + 1}`);
  const named = rows.slice(0, NAMED).map((row) => sentence(texts(row)));
  if (rows.length === named.length) return named;
  const [all] = await ask(`SELECT COUNT(*) AS n FROM (${sql}) broken`);
  const more = `And ${Number(all?.n) - NAMED} more of this kind.`;
  // In the last one's sentence: alone it would read the same, and have the same id, for every rule.
  return named.map((each, i) => (i === NAMED - 1 ? `${each} ${more}` : each));
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
