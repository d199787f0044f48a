// How long a confirmation and a sale take through GraphQL over HTTP, held against the bare SQL transaction that writes
// the same rows from a script, and against the same rows written member by member. Ratios of medians, in one run.
//
//   node bench/ledger.mjs [--members=10,1000,10000,100000] [--runs=7]
//
// Needs a build (npm run build) and, for its private database, MariaDB.
/* global fetch */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import mysql from 'mysql2/promise';
import * as bare from './bare-sql.mjs';

const { values } = parseArgs({
  options: { members: { type: 'string', default: '10,1000,10000' }, runs: { type: 'string', default: '7' } },
});
const sizes = values.members.split(',').map(Number);
const runs = Number(values.runs);
// Row by row is slow: one size tells enough.
const ROW_BY_ROW_AT = 10_000;

const require = createRequire(import.meta.url);
const { EmbeddedDatabase } = require('../dist/src/database/embedded.js');
const main = new URL('../dist/src/main.js', import.meta.url).pathname;
const ADMIN = { email: 'admin@example.com', password: 'a password for this run' };

for (const size of sizes) await measure(size);

async function measure(members) {
  const storageDir = await mkdtemp(join(tmpdir(), 'motorpool-bench-'));
  const embedded = new EmbeddedDatabase(storageDir);
  const { user, database, socketPath } = await embedded.acquire();
  const url = `mysql://${user}@localhost/${database}?socketPath=${encodeURIComponent(socketPath)}`;
  const server = await startServer(url, join(storageDir, 'server'));
  const script = await mysql.createConnection({ socketPath, user, database, timezone: 'Z' });
  try {
    await script.query("SET SESSION time_zone = '+00:00'");
    await addMembers(script, members);
    const ask = await signIn(server.url);
    const deposit = (amount) => requestDeposit(ask, amount);
    // Everybody is a member, and nobody's share is the same as the neighbour's.
    await ask('mutation ($id: ID!) { confirmPayment(id: $id) { id } }', { id: await deposit('100.00') });
    await script.query('UPDATE users SET memberSince = UTC_TIMESTAMP(3), balance = balance + id WHERE role = ?', [
      'INVESTOR',
    ]);

    await warmUp(ask);
    const confirm = (id) => ask('mutation ($id: ID!) { confirmPayment(id: $id) { id status } }', { id });
    const sell = (vehicleId) =>
      ask('mutation ($input: SellVehicleInput!) { sellVehicle(input: $input) { id status } }', {
        input: { vehicleId, price: '900000.00' },
      });
    const kinds = [
      {
        name: 'confirmPayment',
        prepare: () => deposit('10.00'),
        ways: { graphql: confirm, sql: (id) => bare.confirm(script, id) },
      },
      { name: 'sellVehicle', prepare: () => buy(ask), ways: { graphql: sell, sql: (id) => bare.sell(script, id) } },
    ];
    for (const { name, prepare, ways } of kinds) {
      const times = { graphql: [], sql: [] };
      for (let run = -2; run < runs; run++) {
        // Taking turns, so that whatever slows this machine down slows both.
        const order = run % 2 === 0 ? ['graphql', 'sql'] : ['sql', 'graphql'];
        for (const way of order) {
          const id = await prepare();
          await quiet(ask);
          const began = performance.now();
          await ways[way](id);
          const took = performance.now() - began;
          if (run >= 0) times[way].push(took);
        }
      }
      const [graphql, sql] = [median(times.graphql), median(times.sql)];
      let line = `${String(members).padStart(6)} members  ${name.padEnd(14)}  GraphQL ${ms(graphql)}  SQL ${ms(sql)}  ratio ${(graphql / sql).toFixed(2)}`;
      if (members === ROW_BY_ROW_AT && name === 'confirmPayment') {
        const id = await prepare();
        await quiet(ask);
        const began = performance.now();
        await bare.confirmRowByRow(script, id);
        const took = performance.now() - began;
        line += `  member by member ${ms(took)}, ${(took / graphql).toFixed(1)} times as long`;
      }
      process.stdout.write(`${line}\n`);
    }
    process.stdout.write(
      `${String(members).padStart(6)} members  the server's memory at its most: ${server.peakMib()} MiB\n`,
    );
  } finally {
    await script.end();
    await server.stop();
    await embedded.release();
    await rm(storageDir, { recursive: true, force: true });
  }
}

async function startServer(url, storageDir) {
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: url,
      STORAGE_DIR: storageDir,
      PORT: '0',
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      BACKUP_VERIFY: 'checksum',
      LOG_LEVEL: 'error',
    },
  });
  let output = '';
  const address = await new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('The server did not start.')));
    child.stdout.on('data', (data) => {
      output += data;
      const found = /ready at (\S+)\/graphql,/.exec(output);
      if (found) resolve(found[1]);
    });
  });
  return {
    url: address,
    peakMib: () =>
      Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024),
    stop: () =>
      new Promise((resolve) => {
        child.removeAllListeners('exit');
        child.once('exit', resolve);
        child.kill('SIGTERM');
      }),
  };
}

async function addMembers(script, count) {
  for (let i = 0; i < count; i += 5_000) {
    const rows = Array.from({ length: Math.min(5_000, count - i) }, (_, j) => [
      `Member ${i + j}`,
      `member.${i + j}@example.com`,
      'INVESTOR',
      new Date(),
    ]);
    await script.query('INSERT INTO users (name, email, role, createdAt) VALUES ?', [rows]);
  }
}

async function signIn(url) {
  const post = async (path, query, variables, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(errors[0].message);
    return data;
  };
  const { login } = await post(
    '/graphql',
    'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { token } }',
    ADMIN,
  );
  const headers = { authorization: `Bearer ${login.token}` };
  const ask = (query, variables) => post('/graphql', query, variables, headers);
  ask.administer = (query) => post('/admin/graphql', query, {}, headers);
  return ask;
}

/** A server that has been up for a while: its code is compiled. Moves no money. */
async function warmUp(ask) {
  for (let i = 0; i < 60; i++) {
    const id = await requestDeposit(ask, '1.00');
    await ask('mutation ($id: ID!) { rejectPayment(id: $id) { id status } }', { id });
    await ask('{ me { id } pool { members } }');
  }
}

async function requestDeposit(ask, amount) {
  const { users } = await ask('{ users(role: INVESTOR, first: 1) { nodes { id } } }');
  const input = { kind: 'DEPOSIT', amount, userId: users.nodes[0].id };
  const { requestPayment } = await ask(
    'mutation ($input: RequestPaymentInput!) { requestPayment(input: $input) { id } }',
    { input },
  );
  return requestPayment.id;
}

async function buy(ask) {
  const { buyVehicle } = await ask('mutation ($input: BuyVehicleInput!) { buyVehicle(input: $input) { id } }', {
    input: { title: 'A car', cost: '100.00', idempotencyKey: randomUUID() },
  });
  return buyVehicle.id;
}

/** Waits until no backup runs or is wanted: what is measured is the operation. */
async function quiet(ask) {
  for (;;) {
    const { backupStatus } = await ask.administer('{ backupStatus { running pendingOperations } }');
    if (!backupStatus.running && backupStatus.pendingOperations === 0) break;
    await pause(50);
    // What the script wrote, nobody asked to be backed up.
    if (!backupStatus.running) await ask.administer('mutation { createBackup { running } }');
  }
  await pause(100);
}

function median(list) {
  return list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
}

function ms(time) {
  return `${time.toFixed(1)} ms`.padStart(10);
}
