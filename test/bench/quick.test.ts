import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ROOT } from '../support/programs';

interface Figure {
  ratio: number;
  target: number;
  better: string;
  holds: boolean;
}

const TARGETS: Record<string, [better: string, target: number]> = {
  'confirm-1k': ['lower', 1.3],
  'confirm-10k': ['lower', 1.3],
  'confirm-100k': ['lower', 1.3],
  'confirm-10k-naive': ['lower', 0.05],
  'sell-10k': ['lower', 1.3],
  hook: ['lower', 1.05],
  'busy-p99': ['lower', 1.5],
  'backup-1g': ['lower', 1.1],
  'backup-npm': ['lower', 0.5],
  'restore-1g': ['lower', 0.8],
  'read-nested': ['higher', 1.2],
  'read-list': ['higher', 1.5],
  'read-mercurius': ['higher', 1],
  start: ['lower', 2],
  rss: ['lower', 1.2],
};

/** Installs the peers where they are missing, and takes every figure at a size that says nothing but that it works. */
async function quickRun(): Promise<Record<string, Figure>> {
  const { stdout } = await promisify(execFile)(process.execPath, ['bench/run.mjs', '--quick', '--json'], {
    cwd: ROOT,
  });
  return JSON.parse(stdout) as Record<string, Figure>;
}

test('every figure can be taken, and is told as JSON with the target that it is held against', async () => {
  const figures = await quickRun();
  expect(Object.keys(figures).sort()).toEqual(Object.keys(TARGETS).sort());
  for (const [name, { ratio, target, better, holds }] of Object.entries(figures)) {
    expect([name, better, target]).toEqual([name, ...(TARGETS[name] ?? [])]);
    expect(ratio).toBeGreaterThan(0);
    expect(Number.isFinite(ratio)).toBe(true);
    expect(holds).toBe(better === 'lower' ? ratio <= target : ratio >= target);
  }
}, 600_000);
