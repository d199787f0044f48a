// How long it takes from an operation's answer until a backup that was restored and audited holds it, on a small pool,
// and where the time goes. No peer: the figures are medians in milliseconds.
//   node bench/coverage.mjs [--runs=15]
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient, signIn } from './support/client.mjs';
import { openDatabase } from './support/database.mjs';
import { median } from './support/figures.mjs';
import { countOf, parseOptions } from './support/options.mjs';
import { startMotorpool } from './support/servers.mjs';
import { undoAll } from './support/undo.mjs';

const BUY = 'mutation ($input: BuyVehicleInput!) { buyVehicle(input: $input) { id } }';
/** What the log says at the end of each part, in order. */
const PARTS = [
  ['process started, lock taken', /^Backup begins/],
  ['dumped', /^Dumped/],
  ['restored and audited', /^Restored into/],
  ['synced and named', /^Published/],
];

const runs = countOf('runs', parseOptions({ runs: { type: 'string', default: '15' } }).runs);

try {
  const database = await openDatabase();
  const storageDir = join(database.folder, 'server');
  const server = await startMotorpool(database, storageDir, { BACKUP_VERIFY: 'restore' });
  const client = createClient(server.url, { authorization: `Bearer ${await signIn(server.url)}` });
  const totals = [];
  const parts = PARTS.map(() => []);
  for (let run = -2; run < runs; run++) {
    await client.ask(BUY, { input: { title: 'A car', cost: '100.00' } });
    const answered = Date.now();
    const ends = await endsOfParts(storageDir, answered);
    if (run < 0) continue;
    totals.push(ends.at(-1) - answered);
    ends.forEach((end, i) => parts[i].push(end - (ends[i - 1] ?? answered)));
  }
  const line = (name, list) => `${name.padEnd(32)}${String(median(list)).padStart(6)} ms\n`;
  process.stdout.write(line('answered to covered', totals));
  PARTS.forEach(([name], i) => process.stdout.write(line(`  ${name}`, parts[i])));
  client.close();
} finally {
  await undoAll();
}

/** When each part of the next backup was over, by the log's own times; waits for the last, and for the process's end. */
async function endsOfParts(storageDir, since) {
  for (;;) {
    await pause(20);
    const lines = readLog(storageDir).filter(({ at }) => at >= since);
    const ends = PARTS.map(([, pattern]) => lines.find(({ text }) => pattern.test(text))?.at);
    if (ends.some((end) => end === undefined)) continue;
    // What is left of it shall not run into the next.
    await pause(200);
    return ends;
  }
}

function readLog(storageDir) {
  const folder = join(storageDir, 'logs');
  if (!readdirSync(storageDir).includes('logs')) return [];
  return readFileSync(join(folder, 'backup.log'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => ({ at: Date.parse(line.slice(0, 24)), text: line.slice(25).replace(/^\w+ /, '') }));
}
