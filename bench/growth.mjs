// How costs grow with members, rows of contributions and operations, on pools that grow, and what the slopes come to in a
// large pool. Writes both into growth.md.
//
//   node bench/growth.mjs [--quick]: at sizes that mean nothing, and only to standard output.
import { readFileSync, writeFileSync } from 'node:fs';
import { forecast, measuredByMembers, measuredByOperations } from './support/forecast.mjs';
import { growByMembers, growByOperations } from './support/growing-pools.mjs';
import { parseOptions } from './support/options.mjs';
import { machine } from './support/report.mjs';
import { undoAll } from './support/undo.mjs';

const STEPS = [
  { members: 1_000, confirmations: 60 },
  { members: 5_000, confirmations: 40 },
  { members: 10_000, confirmations: 40 },
];
const TINY_STEPS = [10, 20].map((members) => ({ members, confirmations: 2 }));
const OPERATIONS = [1_000, 10_000, 100_000, 1_000_000];
const TINY_OPERATIONS = [1_000, 1_100];

const { quick } = parseOptions({ quick: { type: 'boolean', default: false } });
const measuredOn = machine();
try {
  const byMembers = await growByMembers(quick ? TINY_STEPS : STEPS, { backups: quick ? 1 : 3 });
  await undoAll();
  const byOperations = await growByOperations(quick ? TINY_OPERATIONS : OPERATIONS, {
    confirmations: quick ? 2 : 40,
    backups: quick ? 1 : 3,
  });
  const section = [
    measuredByMembers(byMembers),
    measuredByOperations(byOperations),
    measuredOn,
    forecast(byMembers, byOperations),
  ].join('\n\n');
  if (quick) {
    process.stdout.write(`${section}\n`);
  } else {
    const file = new URL('growth.md', import.meta.url);
    const [before, after] = readFileSync(file, 'utf8').split(/<!-- measured -->[^]*<!-- end of measured -->/);
    writeFileSync(file, `${before}<!-- measured -->\n\n${section}\n\n<!-- end of measured -->${after}`);
  }
} finally {
  await undoAll();
}
