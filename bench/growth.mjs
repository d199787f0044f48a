// How costs grow with members, operations and rows of contributions, on one pool that grows, and what the slopes come to
// in a large pool. Writes both into growth.md.
//
//   node bench/growth.mjs
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import * as bare from './bare-sql.mjs';
import { program } from './support/big-database.mjs';
import { openDatabase } from './support/database.mjs';
import { median } from './support/figures.mjs';
import { forecast, measured } from './support/forecast.mjs';
import { machine } from './support/report.mjs';
import { startMotorpool } from './support/servers.mjs';

/** Each step has so many members and confirms so many deposits: a row of contributions a member and deposit. */
const STEPS = [
  { members: 1_000, confirmations: 60 },
  { members: 5_000, confirmations: 40 },
  { members: 10_000, confirmations: 40 },
];
const BACKUPS = 3;

const database = await openDatabase();
try {
  const points = [];
  // The tables and the administrator.
  await (await startMotorpool(database, join(database.folder, 'server'))).stop();
  for (const step of STEPS) {
    points.push(await grow(step));
    process.stderr.write(`${JSON.stringify(points.at(-1))}\n`);
  }
  const file = new URL('growth.md', import.meta.url);
  const [before, after] = readFileSync(file, 'utf8').split(/<!-- measured -->[^]*<!-- end of measured -->/);
  const section = [measured(points), machine(), forecast(points)].join('\n\n');
  writeFileSync(file, `${before}<!-- measured -->\n\n${section}\n\n<!-- end of measured -->${after}`);
} finally {
  await database.close();
}

async function grow({ members, confirmations }) {
  const { script } = database;
  await script.query(
    `INSERT INTO users (name, email, role, memberSince, createdAt)
     SELECT CONCAT('Member ', n), CONCAT('member.', n, '@example.com'), 'INVESTOR', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)
     FROM (SELECT seq + (SELECT COUNT(*) FROM users WHERE role = 'INVESTOR') AS n FROM seq_1_to_${members}) s
     WHERE n <= ${members}`,
  );
  const times = [];
  const logged = await binaryLogBytes();
  for (let i = 0; i < confirmations; i++) {
    const paymentId = await requestDeposit(i);
    const began = performance.now();
    await bare.confirm(script, paymentId);
    times.push(performance.now() - began);
  }
  const logBytes = ((await binaryLogBytes()) - logged) / confirmations;
  const [[{ rows }]] = await script.query('SELECT COUNT(*) AS `rows` FROM contributions');
  await script.query('ANALYZE TABLE contributions');
  const [[{ tableBytes }]] = await script.query(
    `SELECT SUM(data_length + index_length) AS tableBytes FROM information_schema.tables
     WHERE table_schema = DATABASE()`,
  );
  const checksum = backUp('checksum');
  const restore = backUp('restore');
  return {
    members,
    rows,
    confirmMs: median(times),
    logBytes,
    tableBytes: Number(tableBytes),
    fileBytes: checksum.bytes,
    checksumSeconds: checksum.seconds,
    restoreSeconds: restore.seconds,
  };
}

async function requestDeposit(i) {
  const [{ insertId }] = await database.script.query(
    `INSERT INTO payments (userId, kind, status, amount, createdAt, requestedById)
     SELECT id, 'DEPOSIT', 'PENDING', 10000 + id, UTC_TIMESTAMP(3), 2 FROM users WHERE role = 'INVESTOR'
     ORDER BY id DESC LIMIT ?, 1`,
    [i],
  );
  return insertId;
}

async function binaryLogBytes() {
  const [logs] = await database.script.query('SHOW BINARY LOGS');
  return logs.reduce((sum, { File_size: size }) => sum + Number(size), 0);
}

/** The quickest of a few: what the machine did besides is not what grows. */
function backUp(verify) {
  const storage = join(database.folder, `backups-${verify}`);
  const took = Array.from({ length: BACKUPS }, () => {
    const began = performance.now();
    execFileSync(process.execPath, [program('cli/db-backup'), '--keep=1'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: process.env.PATH, DATABASE_URL: database.url, STORAGE_DIR: storage, BACKUP_VERIFY: verify },
    });
    return (performance.now() - began) / 1000;
  });
  const folder = join(storage, 'app/backups');
  const [name] = readdirSync(folder).filter((file) => file.endsWith('.sql'));
  const bytes = statSync(join(folder, name)).size;
  rmSync(storage, { recursive: true });
  return { seconds: Math.min(...took), bytes };
}
