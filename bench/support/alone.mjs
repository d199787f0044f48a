import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { resultsMarkdown } from './report.mjs';
import { targets } from '../targets.mjs';

/**
 * Where that module is the program itself, takes its figures alone: node bench/NAME.mjs [--runs=N] [--quick] [--full]
 * [--folder=DIR].
 */
export async function takeAlone(moduleUrl, { names, measure }) {
  if (process.argv[1] !== fileURLToPath(moduleUrl)) return;
  const { values } = parseArgs({
    options: {
      runs: { type: 'string' },
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      folder: { type: 'string' },
    },
  });
  const { runs, quick, full, folder } = values;
  const results = await measure({ wanted: names, quick, full, folder, ...(runs && { runs: Number(runs) }) });
  const rows = results.map((result) => {
    const { target, better } = targets[result.name] ?? { target: Infinity, better: 'lower' };
    const holds = better === 'lower' ? result.ratio <= target : result.ratio >= target;
    return { ...result, target, better, holds };
  });
  process.stdout.write(resultsMarkdown(rows));
}
