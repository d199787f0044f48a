import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Pace } from '../../src/backup/dump/pace';
import { listBackups } from '../../src/backup/files/catalogue';
import { inspectFile } from '../../src/backup/files/checksum';
import { runBackup } from '../../src/backup/run/run-backup';
import { findProgram } from '../../src/database/host/programs';
import { CLIENTS } from '../support/engine';
import { allProcesses } from '../support/processes';
import { startChild } from './child';
import { FakePrograms } from './fake-programs';
import { openBench, operate, waitFor, type Bench } from './support';

const asked = { trigger: 'OPERATION', force: false } as const;
const DUMP = findProgram([CLIENTS.dump]) ?? '';

/**
 * Says what the real program says, with comments of 40 MiB in the middle. Each 64 KiB of those take it 3 ms, and it
 * tells how much of its time it could not work since nobody took them.
 */
const BUSILY = `
  const { execFileSync } = require('node:child_process');
  const { writeFileSync, writeSync } = require('node:fs');
  const write = (bytes) => { for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at); };
  const dump = execFileSync(process.env.DUMP, process.argv.slice(2), { stdio: [0, 'pipe', 2, 3], maxBuffer: 2 ** 30 });
  const half = dump.indexOf('\\n', 1000) + 1;
  write(dump.subarray(0, half));
  const piece = Buffer.from(('-- ' + 'x'.repeat(60) + '\\n').repeat(1024));
  const begun = performance.now();
  let blocked = 0;
  for (let i = 0; i < 640; i++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3);
    const written = performance.now();
    write(piece);
    blocked += performance.now() - written;
  }
  writeFileSync(process.env.TOLD, String(blocked / (performance.now() - begun)));
  write(dump.subarray(half));
`;

let bench: Bench;
let programs: FakePrograms;
beforeEach(async () => {
  bench = await openBench({ verify: 'checksum' });
  await operate(bench.database);
  programs = new FakePrograms();
  const script = path.join(programs.folder, 'busily.cjs');
  writeFileSync(script, BUSILY);
  programs.add(CLIENTS.dump, `DUMP=${DUMP} TOLD=${told()} exec ${process.execPath} ${script} "$@"`);
});
afterEach(async () => {
  programs.remove();
  await bench.close();
});

const told = (): string => path.join(programs.folder, 'told');

/** The part of its time, from 0 to 1, for which the dump program had to wait for us. */
async function waiting(gentle: boolean): Promise<number> {
  expect((await runBackup({ ...bench.dependencies, gentle }, asked)).published).toHaveLength(1);
  const [backup] = await listBackups(bench.settings.directory);
  await inspectFile(backup?.path ?? '');
  expect(backup?.sqlBytes).toBeGreaterThan(40 * 2 ** 20);
  return Number(readFileSync(told(), 'utf8'));
}

test('a long dump that nobody waits for rests about half of the time, and is whole; another does not rest', async () => {
  const gentle = await waiting(true);
  expect(gentle).toBeGreaterThan(0.3);
  await operate(bench.database);
  // On a busy machine, any dump waits for its turn.
  expect(await waiting(false)).toBeLessThan(gentle - 0.1);
});

describe('the pace', () => {
  const PIECE = 256 * 1024;

  /** Works for 5 ms before each piece. @returns what the rests took of the time, from 0 to 1 */
  async function restsDuring(pace: Pace, ms: number): Promise<number> {
    const begun = performance.now();
    let rested = 0;
    while (performance.now() - begun < ms) {
      await pause(5);
      const from = performance.now();
      await pace.took(PIECE);
      rested += performance.now() - from;
    }
    return rested / (performance.now() - begun);
  }

  test('rests twice as long as each MiB took, since a part of the next one comes meanwhile', async () => {
    const pace = new Pace();
    expect(await restsDuring(pace, 450)).toBeLessThan(0.05);
    await restsDuring(pace, 100);
    const rested = await restsDuring(pace, 1500);
    expect(rested).toBeGreaterThan(0.55);
    expect(rested).toBeLessThan(0.8);
  });

  test('does not rest as long as a piece took that a lock or a disk held up', async () => {
    const pace = new Pace();
    await pace.took(1);
    await pause(1500);
    const from = performance.now();
    await pace.took(4 * PIECE);
    expect(performance.now() - from).toBeLessThan(1000);
  });
});

test('killed in the middle of the dump, the dump program dies with it', async () => {
  const dumps = (): number =>
    allProcesses().filter(
      ({ command }) =>
        command.includes('--defaults-file=/dev/fd/3') && command.includes(bench.database.address.database),
    ).length;
  const { settings, address } = bench.dependencies;
  const child = startChild({ dependencies: { settings, address, gentle: true }, request: asked });
  await waitFor('the dump', () => dumps() > 0);
  await child.end();
  await waitFor('the end of the dump program', () => dumps() === 0);
});
