import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { clearUp, newFolder, processesOf, start } from '../process/programs';
import { ROOT } from '../support/programs';
import { waitFor } from '../support/wait';

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
  'restore-1g': ['lower', 1.05],
  'read-nested': ['higher', 1.2],
  'read-list': ['higher', 1.5],
  'read-mercurius': ['higher', 1],
  start: ['lower', 2],
  rss: ['lower', 1.2],
};

/** What npm says where it cannot reach its registry. */
const NO_NETWORK =
  /npm (?:error|ERR!) code (?:E(?:AI_AGAIN|NOTFOUND|TIMEDOUT|CONN\w+|NETUNREACH|HOSTUNREACH)|ERR_SOCKET_\w+)/;

/** Runs a program of bench, which installs the peers where they are missing. @returns its standard output */
async function run(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [`bench/${program}.mjs`, ...args], { cwd: ROOT });
  return stdout;
}

/** The same, at sizes that say nothing but that it works. @returns null where the peers cannot be had */
async function quickRun(program: string, ...args: string[]): Promise<string | null> {
  try {
    return await run(program, '--quick', ...args);
  } catch (error) {
    if (!NO_NETWORK.test((error as { stderr?: string }).stderr ?? '')) throw error;
    process.stdout.write('bench: SKIPPED, its packages are missing and the registry cannot be reached\n');
    return null;
  }
}

test('every figure can be taken, and is told as JSON with the target that it is held against', async () => {
  const told = await quickRun('run', '--json');
  if (told === null) return;
  const figures = JSON.parse(told) as Record<string, Figure>;
  expect(Object.keys(figures).sort()).toEqual(Object.keys(TARGETS).sort());
  for (const [name, { ratio, target, better, holds }] of Object.entries(figures)) {
    expect([name, better, target]).toEqual([name, ...(TARGETS[name] ?? [])]);
    expect(ratio).toBeGreaterThan(0);
    expect(Number.isFinite(ratio)).toBe(true);
    expect(holds).toBe(better === 'lower' ? ratio <= target : ratio >= target);
  }
}, 600_000);

test('how costs grow can be measured by members and by operations', async () => {
  const section = await quickRun('growth');
  if (section === null) return;
  expect(section).toMatch(/^\| 20 +\| 60 +\|.* ms .* MiB .* s /m);
  expect(section).toMatch(/^\| 1100 +\|.* ms .* MiB .* s /m);
  expect(section).toMatch(/^\| operations in a year +\| 876,000 +\|$/m);
}, 600_000);

test('wrong options are told in a sentence, and nothing is measured', async () => {
  for (const options of [['--foo'], ['--only=toString'], ['--quick=1'], ['restore-1g']]) {
    const told = run('run', ...options);
    await expect(told).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^[^\n]+\.\n$/) as unknown,
    });
  }
}, 60_000);

afterEach(clearUp);

/** The names of all folders down to that depth. */
function foldersIn(folder: string, depth: number): string[] {
  if (depth < 0 || !existsSync(folder)) return [];
  const found = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return found.flatMap(({ name }) => [name, ...foldersIn(path.join(folder, name), depth - 1)]);
}

test.each([
  ['makes its database', 'data'],
  ['starts its server', 'server'],
])(
  'a run that is told to end while it %s leaves nothing behind',
  async (_, begins) => {
    const folder = newFolder();
    const TMPDIR = path.join(folder, 'tmp');
    mkdirSync(TMPDIR);
    const command = [process.execPath, 'bench/run.mjs', '--quick', '--only=confirm-1k'];
    const running = start(folder, '', { command, cwd: ROOT, settings: { TMPDIR } });
    await waitFor(begins, () => foldersIn(TMPDIR, 3).some((name) => name.startsWith(begins)), 60_000);
    expect(await running.end('SIGTERM')).toMatchObject({ code: 1 });
    expect(processesOf(folder)).toEqual([]);
    expect(readdirSync(TMPDIR)).toEqual([]);
  },
  120_000,
);
