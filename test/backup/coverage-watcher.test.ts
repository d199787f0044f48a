import { rmSync } from 'node:fs';
import { listBackups, stateOfFolder } from '../../src/backup/files/catalogue';
import { CoverageWatcher, type CoverageWatcherOptions } from '../../src/backup/schedule/coverage-watcher';
import { placeBackup } from './backup-files';
import { temporaryFolder, waitFor } from './support';

const AT = new Date('2026-11-23T01:02:03Z');

let folder: string;
let looks: number;
let requests: number;
let watcher: CoverageWatcher;
beforeEach(() => {
  folder = temporaryFolder();
  looks = 0;
  requests = 0;
});
afterEach(() => {
  watcher.stop();
  rmSync(folder, { recursive: true });
});

/** Looks at a folder in which one backup covers all that there is. */
function look(change: Partial<CoverageWatcherOptions> = {}): void {
  watcher = new CoverageWatcher({
    state: async () => {
      looks += 1;
      return stateOfFolder(folder);
    },
    status: async () => ({ pendingOperations: 1 - (await listBackups(folder)).length, running: false }),
    runsHere: () => false,
    request: () => {
      requests += 1;
    },
    everyMs: 5,
    ...change,
  });
}

const looksAgain = (times = 3): Promise<boolean> => {
  const before = looks;
  return waitFor('the next looks', () => looks >= before + times);
};

test('a backup that somebody removed is asked for again, without another operation', async () => {
  const file = placeBackup(folder, AT);
  look();
  await looksAgain();
  expect(requests).toBe(0);
  rmSync(file);
  await waitFor('the request', () => requests > 0);
});

test('while a backup runs elsewhere nobody asks, but not for ever', async () => {
  look({ status: () => Promise.resolve({ pendingOperations: 1, running: true }), graceMs: 300 });
  const begun = performance.now();
  await waitFor('the request', () => requests > 0);
  expect(performance.now() - begun).toBeGreaterThan(300);
});

test('while one runs here, its end is waited for', async () => {
  const status = (): Promise<{ pendingOperations: number; running: boolean }> =>
    Promise.resolve({ pendingOperations: 1, running: true });
  look({ status, runsHere: () => true, graceMs: 10 });
  await looksAgain(10);
  expect(requests).toBe(0);
});
