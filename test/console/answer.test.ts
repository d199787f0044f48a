import { answerOf } from '../../console/src/overview/answer';
import { ago, day, size } from '../../console/src/ui/format';

type Status = Parameters<typeof answerOf>[0];

const status = (given: Partial<Status>): Status => ({
  healthy: true,
  problem: null,
  running: false,
  lastOperation: 7,
  proving: false,
  coveredThrough: 7,
  provenThrough: 7,
  proofNote: null,
  findings: [],
  acknowledgedFindings: [],
  pendingOperations: 0,
  lastChange: 9,
  changesStoredThrough: 9,
  changesProvenThrough: 9,
  pendingChanges: 0,
  count: 3,
  totalBytes: 60_000,
  keep: 10,
  reachableFrom: 0,
  reachableSince: null,
  reachNote: null,
  latest: null,
  ...given,
});

describe("the overview's one answer", () => {
  test.each<[string, Partial<Status>, string, RegExp]>([
    ['all is covered', {}, 'Every operation is backed up', /^All 7 operations are in a backup\.$/],
    [
      'the newest is being proven',
      { proving: true },
      'Every operation is backed up',
      /\. The newest is being proven\.$/,
    ],
    [
      'an account was changed just now',
      { changesStoredThrough: 8, pendingChanges: 1 },
      'Every operation is backed up',
      /^All 7 operations are in a backup\. One other change gets a backup within a minute\.$/,
    ],
    ['one is all there is', { lastOperation: 1, coveredThrough: 1 }, 'Every operation is backed up', /^The only/],
    ['there is nothing yet', { lastOperation: 0, coveredThrough: 0 }, 'There is nothing to lose yet', /^No operation/],
    [
      'a backup of the newest runs',
      { running: true, coveredThrough: 6, pendingOperations: 1 },
      'A backup is being made',
      /^One operation is waiting for it\. Operations up to number 6 are safe\.$/,
    ],
    [
      'a try failed and another runs',
      { healthy: false, problem: 'The disk is full.', running: true, coveredThrough: 5, pendingOperations: 2 },
      '2 operations are not backed up',
      /^The disk is full\. Another try runs\.$/,
    ],
    [
      'nothing was ever backed up',
      { healthy: false, coveredThrough: 0, pendingOperations: 7, problem: null },
      '7 operations are not backed up',
      /^No backup of today’s history is kept yet\.$/,
    ],
    [
      'all is covered and the last try failed',
      { healthy: false, problem: 'The disk is full.' },
      'Every operation is backed up, but not all is well',
      /^The disk is full\.$/,
    ],
  ])('%s', (_name, given, headline, reason) => {
    const answer = answerOf(status(given));
    expect(answer.headline).toBe(headline);
    expect(answer.reason).toMatch(reason);
    expect(answer.tone === 'good').toBe(given.healthy !== false && (given.pendingOperations ?? 0) === 0);
  });
});

test.each([
  [0, 'just now'],
  [9_999, 'just now'],
  [25_000, '20 seconds ago'],
  [60_000, '1 minute ago'],
  [7_300_000, '2 hours ago'],
  [86_400_000, '1 day ago'],
  [29 * 86_400_000, '29 days ago'],
  [30 * 86_400_000, day(new Date(1_000_000_000_000).toISOString())],
  // A clock that is behind the server's.
  [-5_000, 'just now'],
])('%i ms ago is said as %s', (ms, text) => {
  expect(ago(new Date(1_000_000_000_000).toISOString(), 1_000_000_000_000 + ms)).toBe(text);
});

test.each([
  [512, '512 B'],
  [21_811, '21.3 KiB'],
  [5 * 2 ** 20, '5.0 MiB'],
  [2 ** 30, '1.0 GiB'],
])('%i bytes are written as %s', (bytes, text) => {
  expect(size(bytes).replace(',', '.')).toBe(text);
});
