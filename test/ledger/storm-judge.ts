import type { Query } from '../../src/database/connection/query';
import { Client } from '../support/client';
import { ADMIN } from '../support/server';
import type { Storm } from './storm-client';

/** Signs in at each server, and buys the first vehicle. */
export async function beginStorm(
  urls: readonly string[],
  query: Query,
  { seconds, seed }: { seconds: number; seed: number },
): Promise<Storm> {
  const servers = await Promise.all(urls.map((url) => Client.signIn(url, ADMIN.email, ADMIN.password)));
  const users = await query("SELECT id FROM users WHERE role = 'INVESTOR'");
  const vehicles = [await (servers[0] as Client).buy('100.00')];
  const until = Date.now() + seconds * 1000;
  return {
    servers,
    members: users.map(({ id }) => String(id)),
    vehicles,
    done: { BUY_VEHICLE: [...vehicles], SELL_VEHICLE: [], UNSELL_VEHICLE: [], CONFIRM_PAYMENT: [] },
    refused: {},
    unknown: [],
    random: seeded(seed),
    isOver: () => Date.now() > until,
  };
}

/** One look: there is no gap in the numbers, and no vehicle that is sold twice. */
export async function lookAtJournal(query: Query): Promise<void> {
  const [row] = await query(
    `SELECT (SELECT lastOperation FROM pool) AS pool, (SELECT COUNT(*) FROM operations) AS n,
            (SELECT COALESCE(MAX(number), 0) FROM operations) AS newest,
            (SELECT COUNT(*) FROM (SELECT vehicleId FROM sales WHERE reversedAt IS NULL
                                   GROUP BY vehicleId HAVING COUNT(*) > 1) d) AS soldTwice`,
  );
  const last = Number(row?.pool);
  expect([row?.n, row?.newest, row?.soldTwice].map(Number)).toEqual([last, last, 0]);
}

/**
 * Whoever was told that it was done is in the journal, once; nobody else is, but those who were told to look, and do.
 * @returns how many of these find it done
 */
export async function compareAnswersToRows(query: Query, storm: Storm): Promise<number> {
  const rows = await query('SELECT kind, uid, COALESCE(vehicleId, paymentId) AS subject FROM operations');
  const known = rows.filter(({ uid }) => !storm.unknown.includes(String(uid)));
  for (const [kind, subjects] of Object.entries(storm.done)) {
    const journalled = known.filter((row) => row.kind === kind).map(({ subject }) => String(subject));
    expect(`${kind} ${journalled.toSorted().join(' ')}`).toBe(`${kind} ${subjects.toSorted().join(' ')}`);
  }
  return rows.length - known.length;
}

/** The same numbers for the same seed: a linear congruence. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
