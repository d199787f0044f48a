// npm run bench [-- --only=NAME,NAME] [--json] [--quick]: takes every figure of bench/targets.mjs, says which target
// holds, and writes bench/results.md when all of them were taken at full size. --quick: tiny sizes, for a test that
// nothing here has broken; its figures mean nothing.
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { areNpmPackagesNeeded, installNpmPackages } from '../scripts/packages.mjs';
import { endWith, say, SetupError } from '../scripts/processes.mjs';
import { setup } from '../scripts/setup.mjs';
import { resultsMarkdown } from './support/report.mjs';
import { targets } from './targets.mjs';

/** In the order in which they run. */
const MODULES = ['start', 'ledger', 'hook', 'reads', 'rss', 'backup', 'busy', 'backup-npm', 'restore'];

const { values } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'boolean' }, quick: { type: 'boolean' } },
});
const wanted = values.only?.split(',') ?? Object.keys(targets);
const unknown = wanted.find((name) => !(name in targets));
if (unknown !== undefined) {
  endWith(new SetupError(`There is no figure ${unknown}: choose from ${Object.keys(targets).join(', ')}.`));
}

const folder = new URL('.', import.meta.url).pathname;
await setup({ dev: true, embedded: true });
try {
  if (areNpmPackagesNeeded({ dev: false }, folder)) await installNpmPackages({ dev: false }, folder);
} catch (error) {
  endWith(error);
}

const rows = [];
for (const module of MODULES) {
  const { names, measure } = await import(`./${module}.mjs`);
  const ofModule = names.filter((name) => wanted.includes(name));
  if (ofModule.length === 0) continue;
  const began = performance.now();
  const results = await measure({ wanted: ofModule, quick: values.quick ?? false });
  for (const result of results) {
    const { target, better } = targets[result.name];
    const holds = better === 'lower' ? result.ratio <= target : result.ratio >= target;
    rows.push({ ...result, target, better, holds });
  }
  say(`${ofModule.join(', ')}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

const report = resultsMarkdown(rows);
if (values.json) {
  const brief = rows.map(({ name, ratio, target, better, holds }) => [name, { ratio, target, better, holds }]);
  process.stdout.write(`${JSON.stringify(Object.fromEntries(brief), null, 2)}\n`);
} else {
  process.stdout.write(`${report}\n`);
}
if (rows.length === Object.keys(targets).length && !values.quick) {
  writeFileSync(new URL('results.md', import.meta.url), report);
}
// Whatever a peer left open must not keep the run from ending.
process.exit();
