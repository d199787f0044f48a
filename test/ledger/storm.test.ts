import { setTimeout as pause } from 'node:timers/promises';
import { Role } from '../../src/entities/enums';
import { checkLedger } from '../../src/services/ledger-check';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { addAccounts } from '../support/ledger';
import { SEED } from '../support/random';
import { type ServerProcess, startServerProcess } from '../support/server-process';
import { client, type Storm } from './storm-client';
import { beginStorm, compareAnswersToRows, lookAtJournal } from './storm-judge';

/** STORM_SECONDS=300 for a long one. */
const SECONDS = Number(process.env.STORM_SECONDS ?? 12);
const CLIENTS = 50;
const MEMBERS = 40;
const KILL_EVERY_MS = 150;

/** Many clients, two servers, one database, and connections that are killed all the time. */
test(
  `a storm of ${SECONDS} seconds (SEED=${SEED})`,
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
      const urls = servers.map(({ url }) => url);
      const storm = await beginStorm(urls, database.query, { seconds: SECONDS, seed: SEED });

      const watch = watchJournal(database, storm);
      const chaos = killConnections(database, storm);
      await Promise.all(Array.from({ length: CLIENTS }, () => client(storm)));
      const [looks, kills] = await Promise.all([watch, chaos]);

      // The accounts were inserted by hand.
      const found = (await checkLedger(database.query)).filter((finding) => !/was made by no change/.test(finding));
      expect(found).toEqual([]);
      expect(await compareAnswersToRows(database.query, storm)).toBe(0);
      expect(storm.unknown).toEqual([]);
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

/** Looks again and again, at every moment. @returns how often */
async function watchJournal({ query }: TestDatabase, storm: Storm): Promise<number> {
  let looks = 0;
  for (; !storm.isOver(); looks++) {
    await lookAtJournal(query);
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
