// npm run test:crash -- [--rounds 200] [--seed N]: kills for real, round after round, and prints the counts.
/* global AbortController */
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const { transformFileSync } = require('@swc/core');
const { transform } = require('../../jest.config.js');

// As jest compiles them.
const [[, [, options]]] = Object.entries(transform);
require.extensions['.ts'] = (module, filename) => {
  module._compile(transformFileSync(filename, { ...options, swcrc: false, sourceMaps: 'inline' }).code, filename);
};
require('reflect-metadata');
const { runCrashes } = require('./crash-run.ts');

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
  },
});
const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
if (!(Number.isInteger(rounds) && rounds > 0 && Number.isInteger(seed))) {
  console.error('Give whole numbers: --rounds of 1 or more, and --seed.');
  process.exit(2);
}
// Ctrl-C ends it after the round, with the counts so far.
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
console.log(`seed ${seed}`);
try {
  const tally = await runCrashes({
    rounds,
    seed,
    signal: stop.signal,
    onRound: (number, { victim, step, fault }, ms) => {
      console.log(
        `round ${number}: ${victim}, ${step ?? 'at random'}, ${fault ?? 'no fault'}, ${(ms / 1000).toFixed(1)} s`,
      );
    },
  });
  console.log(`\n${tally}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
