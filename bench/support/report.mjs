import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { cpus, release, totalmem } from 'node:os';

const require = createRequire(import.meta.url);

/** A table of the results, and the `machine` that they hold on. */
export function resultsMarkdown(rows, machine) {
  const header = ['name', 'ratio', 'spread', 'target', 'holds', 'ours', 'peer', 'turns', 'remarks'];
  const cells = rows.map(({ name, ratio, lowest, highest, target, better, holds, ours, peer, unit, runs, note }) => [
    name,
    figure(ratio),
    `${figure(lowest)} to ${figure(highest)}`,
    `${better === 'lower' ? 'at most' : 'at least'} ${target}`,
    holds ? 'yes' : '**no**',
    `${figure(ours)} ${unit}`,
    `${figure(peer)} ${unit}`,
    runs,
    note ?? '',
  ]);
  return `# Results

Ratios of ours to the peer: the median over the turns, and the least and the greatest of them. What each name stands for
is in [README.md](README.md).

${table(header, cells)}

${machine}

Peers and tools: ${peers()}.
`;
}

/** In Markdown, in even columns. */
export function table(header, cells) {
  const width = (i) => Math.max(3, ...[header, ...cells].map((row) => String(row[i]).length));
  const line = (row) => `| ${row.map((cell, i) => String(cell).padEnd(width(i))).join(' | ')} |`;
  return [header, header.map((_, i) => '-'.repeat(width(i))), ...cells].map(line).join('\n');
}

/** What is measured, and on what: asked before the measurement, during which somebody may change it. */
export function machine() {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `Measured with ${cpus().length} cores (${cpus()[0].model.trim()}), ${memory} GiB of memory, Linux ${release().split('-')[0]}, Node.js ${process.versions.node}, ${databaseVersion()}; commit ${commit()}.`;
}

function databaseVersion() {
  const { findProgram } = require('../../dist/src/database/host/programs.js');
  const version = output(findProgram(['mariadbd']) ?? 'mariadbd', '--version');
  return /(\d+\.\d+\.\d+-MariaDB)/.exec(version)?.[1] ?? 'MariaDB';
}

/** With "-dirty" where something differs from it. */
const commit = () => output('git', 'describe', '--always', '--dirty', '--exclude=*').trim() || 'unknown';

function peers() {
  const { typeorm } = require('../../package.json').dependencies;
  return Object.entries({ ...require('../package.json').dependencies, typeorm })
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}

/** Nothing where the program cannot be run: no figure is lost for it. */
function output(program, ...args) {
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      cwd: import.meta.dirname,
    });
  } catch {
    return '';
  }
}

/** Three significant digits, without an exponent. */
function figure(number) {
  return number >= 100 ? number.toFixed(0) : Number(number.toPrecision(3)).toString();
}
