import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileLockError, isFileLocked, withFileLock } from '../../src/database/host/file-lock';

const HOLDER = join(__dirname, 'lock-holder.mjs');
let folder: string;
let lock: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-lock-'));
  lock = join(folder, 'a lock with "quotes" and $HOME');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A lock that is held until `open` is called. */
function hold(): { held: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  let isHeld = (): void => undefined;
  const entered = new Promise<void>((resolve) => (isHeld = resolve));
  const done = withFileLock(lock, async () => {
    isHeld();
    await opened;
  });
  return { held: Promise.race([entered, done]), open };
}

test('gives back what the work gives, also its failure, and is free afterwards', async () => {
  expect(await withFileLock(lock, () => 42)).toBe(42);
  await expect(withFileLock(lock, () => Promise.reject(new Error('no luck')))).rejects.toThrow('no luck');
  expect(await isFileLocked(lock)).toBe(false);
  expect((statSync(lock).mode & 0o777).toString(8)).toBe('600');
});

test('lets one in at a time', async () => {
  const counter = join(folder, 'counter');
  writeFileSync(counter, '0');
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 20 }, () =>
      withFileLock(lock, async () => {
        most = Math.max(most, ++inside);
        const seen = Number(readFileSync(counter, 'utf8'));
        await new Promise(setImmediate);
        writeFileSync(counter, String(seen + 1));
        inside--;
      }),
    ),
  );
  expect(most).toBe(1);
  expect(readFileSync(counter, 'utf8')).toBe('20');
});

test('waits no longer than it is told, and names the file', async () => {
  const { held, open } = hold();
  await held;
  expect(await isFileLocked(lock)).toBe(true);
  const refusal = withFileLock(lock, () => 'never', { waitMs: 50 });
  await expect(refusal).rejects.toThrow(FileLockError);
  await expect(refusal).rejects.toThrow(`Another process has held the lock ${lock} for more than 0.05 s`);
  open();
  // Whoever gave up is not in line any more.
  expect(await withFileLock(lock, () => 'mine', { waitMs: 5_000 })).toBe('mine');
});

test('waits no longer than somebody wants it, and says why', async () => {
  const { held, open } = hold();
  await held;
  const stop = new AbortController();
  const refusal = withFileLock(lock, () => 'never', { signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(refusal).rejects.toThrow('enough');
  open();
  expect(await withFileLock(lock, () => 'mine', { waitMs: 5_000 })).toBe('mine');
});

test('is free as soon as its holder was killed', async () => {
  const holder = spawn(process.execPath, [HOLDER, lock], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  expect(await isFileLocked(lock)).toBe(true);
  holder.kill('SIGKILL');
  expect(await withFileLock(lock, () => 'mine', { waitMs: 5_000 })).toBe('mine');
});

test('stays with a holder whose terminal sends an interrupt to all its processes', async () => {
  const holder = spawn(process.execPath, [HOLDER, lock], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  await once(holder.stdout, 'data');
  // The whole process group, as Ctrl-C does; this holder ignores it.
  process.kill(-(holder.pid ?? 0), 'SIGINT');
  const next: Buffer[] = (await once(holder.stdout, 'data')) as Buffer[];
  expect(String(next[0])).toContain('interrupted');
  expect(await isFileLocked(lock)).toBe(true);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
});

test('says why a file cannot be locked', async () => {
  await expect(withFileLock(join(folder, 'none/lock'), () => 'never')).rejects.toThrow(
    /^The lock .*none\/lock cannot be taken: ENOENT/,
  );
});

const lockHolders = (): string[] => {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return children.filter((pid) => /^(flock|cat)$/.test(readFileSync(`/proc/${pid}/comm`, 'utf8').trim()));
};

test('leaves no process behind', async () => {
  // A server that another test file runs under a lock is not ours.
  const before = lockHolders();
  await Promise.all(Array.from({ length: 5 }, () => withFileLock(lock, () => undefined)));
  expect(lockHolders().filter((pid) => !before.includes(pid))).toEqual([]);
});
