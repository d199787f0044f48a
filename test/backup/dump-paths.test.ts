import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { listBackups } from '../../src/backup/files/catalogue';
import { inspectFile } from '../../src/backup/files/checksum';
import { runBackup } from '../../src/backup/run/run-backup';
import { findProgram } from '../../src/database/host/programs';
import { startChild } from './child';
import { FakePrograms } from './fake-programs';
import { openBench, operate, operateInBulk, type Bench } from './support';

const asked = { trigger: 'OPERATION', force: false } as const;
const DUMP = findProgram(['mariadb-dump']) ?? '';

let bench: Bench;
let programs: FakePrograms;
beforeEach(async () => {
  bench = await openBench();
  programs = new FakePrograms();
  await operate(bench.database);
});
afterEach(async () => {
  programs.remove();
  await bench.close();
});

/** The first two lines of the one backup, which is what it says of itself. */
async function beginning(): Promise<string[]> {
  const [backup] = await listBackups(bench.settings.directory);
  await inspectFile(backup?.path ?? '');
  return readFileSync(backup?.path ?? '', 'utf8').split('\n', 2);
}

test('the first line that switches the client to its sandbox stays', async () => {
  await runBackup(bench.dependencies, asked);
  expect(await beginning()).toEqual([
    expect.stringMatching(/^\/\*M!999999\\- enable the sandbox mode \*\/ ?$/),
    expect.stringMatching(/^-- MariaDB dump /),
  ]);
});

test('a dump program that prints no such line', async () => {
  programs.add('mariadb-dump', `${DUMP} "$@" | grep -v sandbox`);
  await runBackup(bench.dependencies, asked);
  expect((await beginning())[0]).toMatch(/^-- MariaDB dump /);
});

test('a dump that comes in drops', async () => {
  await operateInBulk(bench.database, 3000);
  programs.add(
    'mariadb-dump',
    `${DUMP} "$@" | { head -c 5; sleep 0.1; head -c 50; sleep 0.1; head -c 500000; sleep 0.1; cat; }`,
  );
  await runBackup(bench.dependencies, asked);
  expect((await beginning())[1]).toMatch(/^-- MariaDB dump /);
});

describe('its pieces', () => {
  const STDBUF = findProgram(['stdbuf']);
  const isGnu = STDBUF !== null && spawnSync(STDBUF, ['--version'], { encoding: 'utf8' }).stdout.includes('GNU');
  const areCounted = existsSync('/proc/self/io');

  /** Bytes a write, of a backup that another process makes. */
  const pieceBytes = async (): Promise<number> => {
    await operateInBulk(bench.database, 10_000);
    const counts = path.join(programs.folder, 'counts');
    programs.add('mariadb-dump', `${DUMP} "$@" && cat /proc/$$/io > ${counts}`);
    const { settings, address } = bench.dependencies;
    const report = await startChild({ dependencies: { settings, address }, request: asked }).ended;
    expect(report).toContain('"problem":null');
    // The shell's own counts, with those of what it waited for.
    const [, bytes = 0, , writes = 0] = [...readFileSync(counts, 'utf8').matchAll(/\d+/g)].map(Number);
    return bytes / writes;
  };

  (isGnu && areCounted ? test : test.skip)('are large', async () => {
    expect(await pieceBytes()).toBeGreaterThan(32 * 1024);
  });

  (areCounted ? test : test.skip).each([
    ['nothing', 'exit 1'],
    ['not the one of GNU', 'case "$*" in *--version) echo "stdbuf (uutils coreutils) 0.2.2" ;; *) exit 1 ;; esac'],
  ])('are small where the one to make them large is %s', async (_what, script) => {
    programs.add('stdbuf', script);
    expect(await pieceBytes()).toBeLessThan(8 * 1024);
  });
});
