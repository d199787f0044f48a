import { setTimeout as pause } from 'node:timers/promises';
import { Role } from '../../src/entities/enums';
import { audit } from '../../src/services/audit';
import { Client } from '../support/client';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { addAccounts } from '../support/ledger';
import { ADMIN } from '../support/server';
import { type ServerProcess, startServerProcess } from '../support/server-process';
import { client, type Storm } from './storm-client';

/** STORM_SECONDS=300 for a long one. */
const SECONDS = Number(process.env.STORM_SECONDS ?? 12);
const SEED = Number(process.env.STORM_SEED ?? Date.now() % 1_000_000);
const CLIENTS = 50;
const MEMBERS = 40;
const KILL_EVERY_MS = 150;

/** Many clients, two servers, one database, and connections that are killed all the time. */
test(
  `a storm of ${SECONDS} seconds (STORM_SEED=${SEED})`,
  async () => {
    const database = await createTestDatabase();
    const servers: ServerProcess[] = [];
    try {
      const settings = {
        JWT_SECRET: 'a secret of more than 32 characters',
        BACKUP_VERIFY: 'checksum',
        LOG_LEVEL: 'warn',
      };
      servers.push(...(await Promise.all([0, 1].map(() => startServerProcess(database.url, settings)))));
      await addAccounts(database.query, Array<Role>(MEMBERS).fill(Role.INVESTOR));
      const storm = await begin(database, servers);

      const watch = watchJournal(database, storm);
      const chaos = killConnections(database, storm);
      await Promise.all(Array.from({ length: CLIENTS }, () => client(storm)));
      const [looks, kills] = await Promise.all([watch, chaos]);

      expect(await audit(database.query)).toEqual([]);
      await compareAnswersToRows(database, storm);
      const operations = Object.values(storm.done).flat().length;
      expect(Object.keys(storm.refused).filter((code) => !EXPECTED_REFUSALS.has(code))).toEqual([]);
      expect(looks).toBeGreaterThan(SECONDS);
      process.stdout.write(
        `storm: ${operations} operations, ${kills} connections killed, ${looks} looks, refused ${JSON.stringify(storm.refused)}\n`,
      );
      for (const server of servers.splice(0)) expect(await server.stop()).toBe(0);
    } finally {
      for (const server of servers) await server.stop();
      await database.drop();
    }
  },
  SECONDS * 1000 + 120_000,
);

const EXPECTED_REFUSALS = new Set([
  'VEHICLE_ALREADY_SOLD',
  'VEHICLE_NOT_SOLD',
  'PAYMENT_NOT_PENDING',
  'INSUFFICIENT_BALANCE',
  // A connection was killed while the server read who asks.
  'SERVICE_UNAVAILABLE',
]);

async function begin(database: TestDatabase, servers: readonly ServerProcess[]): Promise<Storm> {
  const clients = await Promise.all(servers.map(({ url }) => Client.signIn(url, ADMIN.email, ADMIN.password)));
  const users = await database.query("SELECT id FROM users WHERE role = 'INVESTOR'");
  const vehicles = [await (clients[0] as Client).buy('100.00')];
  const until = Date.now() + SECONDS * 1000;
  return {
    servers: clients,
    members: users.map(({ id }) => String(id)),
    vehicles,
    done: { BUY_VEHICLE: [...vehicles], SELL_VEHICLE: [], UNSELL_VEHICLE: [], CONFIRM_PAYMENT: [] },
    refused: {},
    unknown: 0,
    random: seeded(SEED),
    isOver: () => Date.now() > until,
  };
}

/** Looks again and again: at no moment is there a gap in the numbers, or a vehicle that is sold twice. */
async function watchJournal(database: TestDatabase, storm: Storm): Promise<number> {
  let looks = 0;
  for (; !storm.isOver(); looks++) {
    const [row] = await database.query(
      `SELECT (SELECT lastOperation FROM pool) AS pool, (SELECT COUNT(*) FROM operations) AS n,
              (SELECT COALESCE(MAX(number), 0) FROM operations) AS newest,
              (SELECT COUNT(*) FROM (SELECT vehicleId FROM sales WHERE reversedAt IS NULL
                                     GROUP BY vehicleId HAVING COUNT(*) > 1) d) AS soldTwice`,
    );
    const last = Number(row?.pool);
    expect([row?.n, row?.newest, row?.soldTwice].map(Number)).toEqual([last, last, 0]);
    await pause(5);
  }
  return looks;
}

/** Kills one of the servers' connections after the other. @returns how many */
async function killConnections(database: TestDatabase, storm: Storm): Promise<number> {
  const killer = await createTestDatabase();
  let kills = 0;
  while (!storm.isOver()) {
    await pause(KILL_EVERY_MS);
    const sessions = await killer.query(
      `SELECT id FROM information_schema.processlist
       WHERE db = ? AND (info LIKE 'UPDATE%' OR info LIKE 'INSERT%' OR info = 'COMMIT')`,
      [database.address.database],
    );
    const target = sessions[Math.floor(storm.random() * sessions.length)];
    if (target === undefined) continue;
    const how = storm.random() < 0.3 ? 'KILL QUERY' : 'KILL CONNECTION';
    // It may have ended by itself meanwhile.
    kills += await killer.query(`${how} ${String(target.id)}`).then(
      () => 1,
      () => 0,
    );
  }
  await killer.drop();
  return kills;
}

/** Whoever was told that it was done is in the journal, once; nobody else is, but those who were told to look. */
async function compareAnswersToRows(database: TestDatabase, storm: Storm): Promise<void> {
  const rows = await database.query('SELECT kind, COALESCE(vehicleId, paymentId) AS subject FROM operations');
  for (const [kind, subjects] of Object.entries(storm.done)) {
    const journalled = rows.filter((row) => row.kind === kind).map(({ subject }) => String(subject));
    expect(`${kind} ${journalled.toSorted().join(' ')}`).toBe(`${kind} ${subjects.toSorted().join(' ')}`);
  }
  expect(storm.unknown).toBe(0);
}

/** The same numbers for the same seed: a linear congruence. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
