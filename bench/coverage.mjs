// How long it takes from an operation's commit until a named file holds it, the pool's loss window, and until that file is
// proven, which holds up neither. No peer: milliseconds.
//   node bench/coverage.mjs [--runs=30] [--mib=194]
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openBigDatabase } from './support/big-database.mjs';
import { createClient, signIn } from './support/client.mjs';
import { openDatabase } from './support/database.mjs';
import { median, quantile } from './support/figures.mjs';
import { countOf, parseOptions } from './support/options.mjs';
import { startMotorpool } from './support/servers.mjs';
import { undoAll } from './support/undo.mjs';

const BUY = 'mutation ($input: BuyVehicleInput!) { buyVehicle(input: $input) { id } }';
const FIGURES = [
  ['commit to named file', 'committed', 'named'],
  ['  to the start of the backup', 'committed', 'begun'],
  ['  to the end of the dump', 'begun', 'dumped'],
  ['  to the name', 'dumped', 'named'],
  ['named file to proven', 'named', 'proven'],
];
const WARM_UPS = 2;
/** Of a large pool, on a machine that is busy with other things. */
const PROVEN_MS = 10 * 60_000;

const values = parseOptions({ runs: { type: 'string', default: '30' }, mib: { type: 'string' } });
const runs = countOf('runs', values.runs);

try {
  const database = values.mib === undefined ? await openDatabase() : await openBigDatabase(countOf('mib', values.mib));
  const storageDir = join(database.folder, 'server');
  await mkdir(storageDir, { recursive: true });
  const server = await startMotorpool(database, storageDir, { BACKUP_VERIFY: 'restore' });
  const client = createClient(server.url, { authorization: `Bearer ${await signIn(server.url)}` });
  const measured = [];
  for (let run = -WARM_UPS; run < runs; run++) {
    await client.ask(BUY, { input: { title: 'A car', cost: '100.00' } });
    const times = await timesOf(await newestOperation(database), join(storageDir, 'logs', 'backup.log'));
    if (run >= 0) measured.push(times);
  }
  for (const [name, from, to] of FIGURES) {
    const list = measured.map((times) => times[to] - times[from]);
    const figures = [median(list), quantile(list, 0.99)].map((ms) => String(Math.round(ms)).padStart(7));
    process.stdout.write(`${name.padEnd(32)}median${figures[0]} ms  p99${figures[1]} ms  n ${list.length}\n`);
  }
  client.close();
} finally {
  await undoAll();
}

/** When it was booked: a little before its commit, by the clock of this machine. */
async function newestOperation({ script }) {
  const [[row]] = await script.query(
    'SELECT number, UNIX_TIMESTAMP(at) * 1000 AS at FROM operations ORDER BY number DESC LIMIT 1',
  );
  return { number: row.number, at: Number(row.at) };
}

/** When each part of its backup was over, by the log's own times; waits for all of them. */
async function timesOf({ number, at: committed }, logFile) {
  const deadline = Date.now() + PROVEN_MS;
  while (Date.now() < deadline) {
    const lines = await readLog(logFile);
    const named = lines.findIndex(({ text }) => Number(/^Published .* up to (\d+)/.exec(text)?.[1]) >= number);
    const [, file] = /^Published (\S+):/.exec(lines[named]?.text) ?? [];
    const proven = lines.find(({ text }) => text.startsWith(`Proven: ${file} `));
    if (proven !== undefined) {
      // What is left of the proof shall not run into the next.
      await pause(200);
      const last = (pattern) => lines.slice(0, named).findLast(({ text }) => pattern.test(text)).at;
      return {
        committed,
        begun: last(/^Backup begins/),
        dumped: last(/^Dumped/),
        named: lines[named].at,
        proven: proven.at,
      };
    }
    await pause(20);
  }
  throw new Error(`The log tells no proven backup of operation ${number}.`);
}

async function readLog(file) {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => ({ at: Date.parse(line.slice(0, 24)), text: line.slice(25).replace(/^\w+ /, '') }));
}
