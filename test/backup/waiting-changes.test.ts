import type { Coverage } from '../../src/backup/files/coverage';
import { waitingChanges } from '../../src/backup/status/waiting-changes';
import { testLedger } from './test-ledger';

const SECOND = 1_000;

/** How changes 6 to 8 stand, of which the first and the last were made so many seconds ago. */
function after(firstSeconds: number, lastSeconds: number, missedChanges = 3): ReturnType<typeof waitingChanges> {
  const ago = (seconds: number): Date => new Date(Date.now() - seconds * SECOND);
  const ledger = {
    ...testLedger,
    changesBeyond: () => Promise.resolve({ first: ago(firstSeconds), last: ago(lastSeconds) }),
  };
  const covered = { newestChange: { number: 8, uid: 'x' }, changesStoredThrough: 5, missedChanges } as Coverage;
  const query = () => Promise.resolve([]);
  return waitingChanges(covered, { ledger, query, withinMs: 10 * SECOND, graceMs: SECOND });
}

test.each([
  ['a burst goes on', 20, 1, false],
  ['nothing came for half of the time', 6, 6, true],
  ['a burst that does not end has lasted too long', 56, 0, true],
  ['the clock was set back', -30, -30, true],
])('%s', async (_name, first, last, areDue) => {
  expect(await after(first, last)).toEqual({ pending: 3, areDue, problem: null });
});

test('what waits for longer than it may is a problem, and named', async () => {
  expect((await after(62, 1)).problem).toBe('Changes 6 to 8 are in no backup yet.');
});

test('what a damaged file holds is asked for by the proof that found it, and not here', async () => {
  expect(await after(20, 20, 0)).toMatchObject({ pending: 3, areDue: false });
});
