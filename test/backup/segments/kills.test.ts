import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Child } from '../../support/child';
import { type Bench, operate, waitFor } from '../support';
import { chainOf, coverageOf, followed, openLogBench, startFollower, stored } from './support';

const ROUNDS = 8;

let bench: Bench;

beforeAll(async () => {
  bench = await openLogBench();
});

afterAll(async () => {
  await bench.close();
});

/** The program that reads the log, if it runs. */
function programOf({ pid }: Child): number | null {
  try {
    return Number(execFileSync('pgrep', ['-P', String(pid), '-f', 'stop-never'], { encoding: 'utf8' }).split('\n')[0]);
  } catch {
    return null;
  }
}

test('killed again and again, with its program or alone, it loses and doubles nothing', async () => {
  let follower = startFollower(bench);
  // Before the first operation: the base holds none.
  await followed(bench);
  const work = new AbortController();
  let committed = 0;
  const working = (async () => {
    while (!work.signal.aborted) committed = (await operate(bench.database)).number;
  })();
  for (let round = 0; round < ROUNDS; round++) {
    await followed(bench);
    await stored(bench, (await coverageOf(bench)).coveredThrough + 20);
    const program = programOf(follower);
    if (round % 2 === 0 && program !== null) {
      process.kill(program, 'SIGKILL');
      await follower.ended;
    } else await follower.end('SIGKILL');
    follower = startFollower(bench);
  }
  work.abort();
  await working;
  await stored(bench, committed);
  await follower.end('SIGTERM');
  const { base, segments } = await chainOf(bench);
  const booked = segments.flatMap(({ path }) => [
    ...readFileSync(path, 'utf8').matchAll(/^-- transaction: .*, operation (\d+) /gm),
  ]);
  const numbers = booked.map(([, number]) => Number(number));
  expect(numbers).toEqual(Array.from({ length: committed }, (_, i) => 1 + i));
  expect(base.lastOperation.number).toBe(0);
  await waitFor('its end', () => programOf(follower) === null);
});
