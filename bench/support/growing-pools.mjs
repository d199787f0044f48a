// Two pools that grow, and what the same things cost at each step: one by members and rows of contributions, one by
// operations alone. Confirmations go through GraphQL over HTTP, on a server that asks for no backup meanwhile.
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openBigDatabase, program } from './big-database.mjs';
import { createClient, signIn } from './client.mjs';
import { openDatabase } from './database.mjs';
import { median } from './figures.mjs';
import { startMotorpool } from './servers.mjs';

const require = createRequire(import.meta.url);
const WITHOUT_HOOK = { NODE_OPTIONS: `--require=${new URL('without-hook.cjs', import.meta.url).pathname}` };
const STATUS = '{ backupStatus { healthy lastOperation coveredThrough pendingOperations latest { filename } } }';
const NEWEST = '{ operations(first: 20) { number kind backup { filename } } }';

/**
 * @param steps at each there are so many `members`, and so many `confirmations` write a row of contributions a member
 * @returns what was measured at each step
 */
export async function growByMembers(steps, { backups }) {
  const pool = await openPool(await openDatabase());
  const points = [];
  for (const { members, confirmations } of steps) {
    await pool.script.query(
      `INSERT INTO users (name, email, role, memberSince, createdAt)
       SELECT CONCAT('Member ', n), CONCAT('member.', n, '@example.com'), 'INVESTOR', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
       FROM (SELECT seq + (SELECT COUNT(*) FROM users WHERE role = 'INVESTOR') AS n FROM seq_1_to_${members}) s
       WHERE n <= ${members}`,
    );
    const logged = await binaryLogBytes(pool);
    const confirmMs = await confirm(pool, confirmations);
    await pool.script.query(
      `UPDATE users u JOIN (SELECT userId, MIN(confirmedAt) AS first FROM payments
         WHERE kind IN ('DEPOSIT', 'WITHDRAWAL') AND status = 'CONFIRMED' GROUP BY userId) p ON p.userId = u.id
       SET u.memberSince = p.first`,
    );
    const logBytes = ((await binaryLogBytes(pool)) - logged) / confirmations;
    const [[{ rows }]] = await pool.script.query('SELECT COUNT(*) AS `rows` FROM contributions');
    const checksum = backUp(pool, 'checksum', backups);
    const restore = backUp(pool, 'restore', backups);
    points.push({
      members,
      rows,
      confirmMs,
      logBytes,
      tableBytes: await tableBytes(pool),
      fileBytes: checksum.bytes,
      checksumSeconds: checksum.seconds,
      restoreSeconds: restore.seconds,
    });
  }
  return points;
}

/**
 * A pool of a hundred members that buys one vehicle after the other.
 * @param steps how many operations there are at each
 * @returns what was measured at each step
 */
export async function growByOperations(steps, { confirmations, backups }) {
  const database = await openBigDatabase(1);
  // Before the server starts, which would make one itself.
  backUp(database, 'checksum', 1);
  const pool = await openPool(database);
  const points = [];
  for (const operations of steps) {
    await buyUntil(pool, operations);
    const checksum = backUp(pool, 'checksum', backups);
    const ask = (query) => () => pool.client.ask(query, {}, '/admin/graphql');
    const statusMs = await times(confirmations, ask(STATUS));
    const pageMs = await times(confirmations, ask(NEWEST));
    points.push({
      operations,
      confirmMs: await confirm(pool, confirmations),
      statusMs,
      pageMs,
      tableBytes: await tableBytes(pool),
      fileBytes: checksum.bytes,
      checksumSeconds: checksum.seconds,
      restoreSeconds: backUp(pool, 'restore', 1).seconds,
      checkSeconds: await checkSeconds(pool),
    });
  }
  return points;
}

async function openPool(database) {
  const server = await startMotorpool(database, join(database.folder, 'server'), WITHOUT_HOOK);
  return { ...database, client: createClient(server.url, { authorization: `Bearer ${await signIn(server.url)}` }) };
}

/** Milliseconds: the median of the later half, when the server's code is compiled. */
async function times(count, work) {
  const took = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    await work(i);
    took.push(performance.now() - began);
  }
  return median(took.slice(Math.floor(count / 2)));
}

/** Deposits of as many members, one after the other. @returns milliseconds of a confirmation */
async function confirm({ script, client }, count) {
  const [{ insertId }] = await script.query(
    `INSERT INTO payments (userId, kind, status, amount, createdAt, requestedById)
     SELECT id, 'DEPOSIT', 'PENDING', 10000 + id, UTC_TIMESTAMP(3), 2 FROM users WHERE role = 'INVESTOR'
     ORDER BY id DESC LIMIT ?`,
    [count],
  );
  return times(count, (i) =>
    client.ask('mutation ($id: ID!) { confirmPayment(id: $id) { id status } }', { id: String(insertId + i) }),
  );
}

/** Purchases up to that number of operations, each a second after the one before. */
async function buyUntil({ script }, operations) {
  const [[{ number }]] = await script.query('SELECT lastOperation AS number FROM pool');
  const last = Number(number);
  await script.query('SET SESSION sql_log_bin = 0');
  const [{ insertId }] = await script.query(
    `INSERT INTO vehicles (title, cost, status, boughtAt, boughtById)
     SELECT CONCAT('Car ', seq), 100000, 'FOR_SALE', '2021-01-01' + INTERVAL seq SECOND, 2
     FROM seq_${last + 1}_to_${operations} ORDER BY seq`,
  );
  await script.query(
    `INSERT INTO operations (number, uid, kind, actorId, vehicleId, saleId, paymentId, at)
     SELECT id - ? + ? + 1, UUID(), 'BUY_VEHICLE', 2, id, NULL, NULL, boughtAt FROM vehicles WHERE id >= ? ORDER BY id`,
    [insertId, last, insertId],
  );
  await script.query('UPDATE pool SET lastOperation = ?', [operations]);
  await script.query('UPDATE change_counter SET operationsBefore = ?', [operations]);
  await script.query('SET SESSION sql_log_bin = 1');
}

async function binaryLogBytes({ script }) {
  const [logs] = await script.query('SHOW BINARY LOGS');
  return logs.reduce((sum, { File_size: size }) => sum + Number(size), 0);
}

async function tableBytes({ script }) {
  await script.query('ANALYZE TABLE contributions, operations, vehicles');
  const [[{ bytes }]] = await script.query(
    `SELECT SUM(data_length + index_length) AS bytes FROM information_schema.tables WHERE table_schema = DATABASE()`,
  );
  return Number(bytes);
}

/** Into the server's own folder. The quickest of a few: what the machine did besides is not what grows. */
function backUp({ url, folder }, verify, count) {
  const storage = join(folder, 'server');
  const took = Array.from({ length: count }, () => {
    const began = performance.now();
    execFileSync(process.execPath, [program('cli/db-backup'), '--keep=1'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: process.env.PATH, DATABASE_URL: url, STORAGE_DIR: storage, BACKUP_VERIFY: verify },
    });
    return (performance.now() - began) / 1000;
  });
  const backups = join(storage, 'app/backups');
  const newest = readdirSync(backups)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .at(-1);
  return { seconds: Math.min(...took), bytes: statSync(join(backups, newest)).size };
}

/** As a test restore checks its copy, of the tables as they are. */
async function checkSeconds({ user, database, socketPath }) {
  const { openSession } = require('../../dist/src/backup/server/session.js');
  const { checkCopy } = require('../../dist/src/backup/prove/check-copy.js');
  const { checkLedger } = require('../../dist/src/services/ledger-check.js');
  const session = await openSession({ user, database, socketPath, hosts: [] });
  try {
    const began = performance.now();
    const [violation] = await checkCopy({ check: checkLedger }, session);
    if (violation !== undefined) throw new Error(`The ledger is not sound: ${violation}`);
    return (performance.now() - began) / 1000;
  } finally {
    session.close();
  }
}
