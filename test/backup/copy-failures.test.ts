import { readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { copiesIn, isConsistent, openCopyBench, type CopyBench } from './copy-support';

let bench: CopyBench;
beforeEach(async () => {
  bench = await openCopyBench();
});
afterEach(() => {
  bench.close();
});

const sound = (): void => {
  expect(isConsistent(bench.target)).toBe(true);
};

test('a target that is away is a failure in words, is never made, and is caught up with when it is back', async () => {
  bench.place(1);
  await bench.copyAll();
  const away = `${bench.target}.away`;
  renameSync(bench.target, away);
  try {
    bench.place(2);
    bench.place(3);
    const message = `Copying the backups to ${bench.target} failed: the folder does not exist: make it, or mount the disk that holds it.`;
    expect(await bench.failure()).toBe(message);
    expect(bench.logText()).toContain(` ERROR ${message}\n`);
    expect(readdirSync(bench.settings.directory)).toHaveLength(3);
  } finally {
    renameSync(away, bench.target);
  }
  expect((await bench.copyAll()).copied).toHaveLength(2);
  sound();
});

test('a damaged backup gets no copy, is named, and does not hold up the others', async () => {
  bench.place(1);
  const damaged = bench.place(2);
  bench.place(3);
  const bytes = readFileSync(damaged);
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  writeFileSync(damaged, bytes);
  expect(await bench.failure()).toBe(
    `Copying the backups to ${bench.target} failed: db_backup-2026-11-23_01-02-02.sql is damaged: its content does ` +
      'not match the SHA-256 that it was written with.',
  );
  expect(copiesIn(bench.files()).map((name) => Number(/op(\d+)/.exec(name)?.[1]))).toEqual([1, 3]);
  sound();
});

test('bytes that the target changed are found before the copy counts', async () => {
  bench.place(1);
  const message = await bench.failure({
    onStep: (step: string) => {
      if (step !== 'stored') return;
      const file = path.join(bench.target, copiesIn(bench.files())[0] ?? '');
      const bytes = readFileSync(file);
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      writeFileSync(file, bytes);
    },
  });
  expect(message).toMatch(/, read back, is not what was written \((\d+) of \1 bytes\)\.$/);
  expect(bench.files()).toEqual([]);
  await bench.copyAll();
  sound();
});

test('what killed processes left is cleared: at once where it is ours, after a day where it is not', async () => {
  bench.place(1);
  const { copied } = await bench.copyAll();
  const [name = ''] = copied;
  bench.place(2);
  const ours = `.${name}.0123456789ab.part`;
  const theirs = name.replace('op1', 'op7').replace(/[0-9a-f]{12}\.sql/, '0123456789ab.sql');
  const old = theirs.replace('op7', 'op8');
  for (const each of [
    ours,
    theirs,
    `.${theirs}.0123456789ab.part`,
    old,
    `${old}.sha256x`,
    `.${old}.0123456789ab.part`,
  ]) {
    writeFileSync(path.join(bench.target, each), 'x');
    const days = each.includes('op8') ? 2 : 0;
    const time = new Date(Date.now() - days * 86_400_000);
    utimesSync(path.join(bench.target, each), time, time);
  }
  await bench.copyAll();
  const left = bench.files().filter((each) => each.includes('0123456789ab') || each.includes('op1'));
  expect(left).toEqual([`.${theirs}.0123456789ab.part`, theirs, `${old}.sha256x`, name, `${name}.sha256`].sort());
});

test('it stops when it is asked to, and leaves nothing', async () => {
  bench.place(1);
  const stop = new AbortController();
  const onStep = (step: string): void => {
    if (step === 'copying') stop.abort();
  };
  expect(await bench.failure({ signal: stop.signal, onStep })).toBe(
    `Copying the backups to ${bench.target} was stopped; the next start makes up for it.`,
  );
  expect((await bench.copyAll()).copied).toHaveLength(1);
  sound();
});

test('a target that does not answer any more is given up', async () => {
  bench.place(1);
  const never = (step: string) => (step === 'stored' ? new Promise<void>(() => undefined) : undefined);
  expect(await bench.failure({ stallMs: 200, onStep: never })).toMatch(/ failed: nothing moved for 0 s\.$/);
});
