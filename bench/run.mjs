// npm run bench [-- --only=NAME,NAME] [--json] [--quick]: takes every figure of bench/targets.mjs, says which target
// holds, and writes bench/results.md when all of them were taken at full size. --quick: tiny sizes, for a test that
// nothing here has broken; its figures mean nothing.
import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { areNpmPackagesNeeded, installNpmPackages } from '../scripts/packages.mjs';
import { endWith, say } from '../scripts/processes.mjs';
import { setup } from '../scripts/setup.mjs';
import { parseOptions, refuse } from './support/options.mjs';
import { machine, resultsMarkdown } from './support/report.mjs';
import { take } from './support/take.mjs';
import { judged, targets } from './targets.mjs';

/** In the order in which they run. */
const MODULES = ['start', 'ledger', 'hook', 'reads', 'rss', 'backup', 'busy', 'backup-npm', 'restore'];

const values = parseOptions({
  only: { type: 'string' },
  json: { type: 'boolean' },
  quick: { type: 'boolean' },
  full: { type: 'boolean' },
});
const wanted = values.only?.split(',') ?? Object.keys(targets);
const unknown = wanted.find((name) => !Object.hasOwn(targets, name));
if (unknown !== undefined) refuse(`There is no figure "${unknown}": choose from ${Object.keys(targets).join(', ')}.`);

const here = new URL('.', import.meta.url).pathname;
await setup({ dev: true, embedded: true });
try {
  if (areNpmPackagesNeeded({ dev: false }, here)) await installNpmPackages({ dev: false }, here);
} catch (error) {
  endWith(error);
}

const measuredOn = machine();
// Where all databases lie, and the large ones stay: whoever needs one of a size that is there takes it.
const folder = await mkdtemp(join(tmpdir(), 'motorpool-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.env.TMPDIR = folder;
const { quick = false, full = false } = values;
const rows = [];
for (const module of MODULES) {
  const { names } = await import(`./${module}.mjs`);
  const ofModule = names.filter((name) => wanted.includes(name));
  if (ofModule.length === 0) continue;
  const began = performance.now();
  let results;
  try {
    results = await take(module, { wanted: ofModule, quick, full, folder });
  } catch (error) {
    // The other figures hold all the same.
    say(error.message);
    process.exitCode = 1;
    continue;
  }
  for (const result of results.map(judged)) {
    rows.push(result);
    const [least, ratio, most] = [result.lowest, result.ratio, result.highest].map((each) => each.toPrecision(3));
    say(`${result.name}: ${ratio} (${least} to ${most}), which ${result.holds ? 'holds' : 'does not hold'}`);
  }
  say(`${ofModule.join(', ')}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

const report = resultsMarkdown(rows, measuredOn);
if (values.json) {
  const brief = rows.map(({ name, ratio, target, better, holds }) => [name, { ratio, target, better, holds }]);
  process.stdout.write(`${JSON.stringify(Object.fromEntries(brief), null, 2)}\n`);
} else {
  process.stdout.write(`${report}\n`);
}
if (rows.length === Object.keys(targets).length && !quick) {
  writeFileSync(new URL('results.md', import.meta.url), report);
}
