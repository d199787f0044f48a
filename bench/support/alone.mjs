import { fileURLToPath } from 'node:url';
import { countOf, parseOptions } from './options.mjs';
import { machine, resultsMarkdown } from './report.mjs';
import { undoAll } from './undo.mjs';
import { judged } from '../targets.mjs';

/**
 * Where that module is the program itself, takes its figures alone: node bench/NAME.mjs [--runs=N] [--quick] [--full]
 * [--folder=DIR].
 */
export async function takeAlone(moduleUrl, { names, measure }) {
  if (process.argv[1] !== fileURLToPath(moduleUrl)) return;
  const { runs, ...options } = parseOptions({
    runs: { type: 'string' },
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    folder: { type: 'string' },
  });
  const counted = runs === undefined ? {} : { runs: countOf('runs', runs) };
  try {
    const results = await measure({ wanted: names, ...options, ...counted });
    process.stdout.write(resultsMarkdown(results.map(judged), machine()));
  } finally {
    await undoAll();
  }
}
