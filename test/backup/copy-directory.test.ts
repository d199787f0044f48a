import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { copyBackups } from '../../src/backup/copy/copy';
import { copyStatus } from '../../src/backup/copy/status';
import { listBackups } from '../../src/backup/catalogue';
import { placeBackup } from './backup-files';
import { ageProgram, copiesIn, isConsistent, makeIdentity, openCopyBench, type CopyBench } from './copy-support';
import { rejection, temporaryFolder } from './support';

let bench: CopyBench;
beforeEach(async () => {
  bench = await openCopyBench();
});
afterEach(() => {
  bench.close();
});

const at = (second: number): Date => new Date(Date.UTC(2026, 10, 23, 1, 2, second));
const place = (second: number, number = second, fields = {}): string =>
  placeBackup(bench.settings.directory, at(second), {
    pool: 'pool-1',
    lastOperation: { number, uid: `uid-${number}` },
    createdAt: at(second),
    startedAt: at(second),
    ...fields,
  });
const copy = (change = {}) => copyBackups({ ...bench.dependencies, ...change });
const failure = async (change = {}): Promise<string> => (await rejection(copy(change))).message;
const sound = (): void => {
  expect(isConsistent(bench.target)).toBe(true);
};

test('every backup gets a copy, newest first, which stock tools verify and read', async () => {
  const files = [place(1), place(2), place(3, 3, { verifiedAt: null })];
  const { copied, rotated, warnings } = await copy();
  expect([rotated, warnings]).toEqual([[], []]);
  expect(copied.map((name) => name.replace(/-[0-9a-f]{8}-[0-9a-f]{12}\./, '-POOL-ID.'))).toEqual([
    'db_backup-2026-11-23_01-02-03-op3-unverified-POOL-ID.sql.gz',
    'db_backup-2026-11-23_01-02-02-op2-verified-POOL-ID.sql.gz',
    'db_backup-2026-11-23_01-02-01-op1-verified-POOL-ID.sql.gz',
  ]);
  expect(bench.files()).toEqual(copied.flatMap((name) => [name, `${name}.sha256`]).sort());
  for (const [i, name] of [...copied].reverse().entries()) {
    const found = execFileSync('sh', ['-c', `sha256sum --check --quiet ${name}.sha256 && gunzip --stdout ${name}`], {
      cwd: bench.target,
    });
    expect(found).toEqual(readFileSync(files[i] ?? ''));
    expect(statSync(path.join(bench.target, name)).mode & 0o777).toBe(0o600);
  }
  sound();
  expect(bench.logText()).toMatch(
    / INFO Copied db_backup-2026-11-23_01-02-03\.sql to .*: [\d.]+ KiB, read back, in \d+ ms\.\n/,
  );
});

test('what has a copy is not copied again, and what lost its copy is', async () => {
  place(1);
  place(2);
  const { copied } = await copy();
  const before = statSync(path.join(bench.target, copied[0] ?? '')).mtimeMs;
  expect((await copy()).copied).toEqual([]);
  expect(statSync(path.join(bench.target, copied[0] ?? '')).mtimeMs).toBe(before);
  rmSync(path.join(bench.target, copied[1] ?? ''));
  expect((await copy()).copied).toEqual([copied[1]]);
  // Without its checksum a copy is one that nobody has read back.
  rmSync(path.join(bench.target, `${copied[0] ?? ''}.sha256`));
  expect((await copy()).copied).toEqual([copied[0]]);
  sound();
});

test('a backup that is made meanwhile is copied too, and one that is rotated away is passed over', async () => {
  const oldest = place(1);
  place(2);
  let step = 0;
  const { copied } = await copy({
    onStep: (name: string) => {
      if (name !== 'stored' || step++ > 0) return;
      place(3);
      rmSync(oldest);
    },
  });
  expect(copied.map((name) => Number(/op(\d+)/.exec(name)?.[1]))).toEqual([2, 3]);
});

test('rotation keeps as many as there are backups to keep, and never takes the newest verified one', async () => {
  const { directory } = bench.settings;
  for (let second = 1; second <= 9; second++) {
    place(second, second, second > 2 ? { verifiedAt: null } : {});
    await copy({ settings: { ...bench.settings, keep: 3 } });
  }
  const operations = copiesIn(bench.files()).map((name) => Number(/op(\d+)/.exec(name)?.[1]));
  expect(operations).toEqual([2, 7, 8, 9]);
  expect(bench.logText()).toContain('Rotated the copies to 3: removed db_backup-2026-11-23_01-02-01-op1-verified-');
  sound();
  // All nine are still there: those whose copies went are not copied again.
  expect(await listBackups(directory)).toHaveLength(9);
  expect((await copy({ settings: { ...bench.settings, keep: 3 } })).copied).toEqual([]);
});

test('what is not ours is neither counted nor touched: other files, other pools', async () => {
  const other = await openCopyBench();
  try {
    const theirs = { pool: 'pool-2', lastOperation: { number: 5, uid: 'uid-x' } };
    for (const second of [10, 11]) placeBackup(other.settings.directory, at(second), theirs);
    await copyBackups({ ...other.dependencies, copy: bench.copy });
    const strange = ['notes.txt', 'db_backup-2026-11-23_01-02-03.sql.gz', '.hidden.part', 'x.sha256'];
    for (const name of strange) writeFileSync(path.join(bench.target, name), 'x');
    const before = bench.files();
    for (const second of [1, 2, 3]) place(second);
    await copy({ settings: { ...bench.settings, keep: 1 } });
    expect(bench.files()).toEqual(expect.arrayContaining(before));
    expect(bench.files()).toHaveLength(before.length + 2);
  } finally {
    other.close();
  }
});

test('several servers of one pool share a target: names differ, one keep counts for all, nobody copies in circles', async () => {
  const other = await openCopyBench({}, 3);
  try {
    const theirs = { ...other.dependencies, copy: bench.copy };
    const ours = { settings: { ...bench.settings, keep: 3 } };
    for (let second = 1; second <= 4; second++) {
      place(second, second);
      // The same second, the same operation, made by another server.
      placeBackup(other.settings.directory, at(second), {
        pool: 'pool-1',
        lastOperation: { number: second, uid: `uid-${second}` },
        startedAt: new Date(at(second).getTime() + 7),
      });
      await Promise.all([copy(ours), copyBackups(theirs)]);
    }
    await copy(ours);
    await copyBackups(theirs);
    expect(copiesIn(bench.files())).toHaveLength(3);
    expect((await copy(ours)).copied).toEqual([]);
    expect((await copyBackups(theirs)).copied).toEqual([]);
    sound();
  } finally {
    other.close();
  }
});

test('two processes of one server copy one after the other', async () => {
  for (let second = 1; second <= 5; second++) place(second);
  const all = await Promise.all([copy(), copy(), copy()]);
  expect(all.flatMap(({ copied }) => copied)).toHaveLength(5);
  sound();
});

test('a target that is away is a failure in words, is never made, and is caught up with when it is back', async () => {
  place(1);
  await copy();
  const away = `${bench.target}.away`;
  renameSync(bench.target, away);
  try {
    place(2);
    place(3);
    const message = `Copying the backups to ${bench.target} failed: the folder does not exist: make it, or mount the disk that holds it.`;
    expect(await failure()).toBe(message);
    expect(bench.logText()).toContain(` ERROR ${message}\n`);
    expect(readdirSync(bench.settings.directory)).toHaveLength(3);
  } finally {
    renameSync(away, bench.target);
  }
  expect((await copy()).copied).toHaveLength(2);
  sound();
});

test('a damaged backup gets no copy, is named, and does not hold up the others', async () => {
  place(1);
  const damaged = place(2);
  place(3);
  const bytes = readFileSync(damaged);
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  writeFileSync(damaged, bytes);
  expect(await failure()).toBe(
    `Copying the backups to ${bench.target} failed: db_backup-2026-11-23_01-02-02.sql is damaged: its content does ` +
      'not match the SHA-256 that it was written with.',
  );
  expect(copiesIn(bench.files()).map((name) => Number(/op(\d+)/.exec(name)?.[1]))).toEqual([1, 3]);
  sound();
});

test('bytes that the target changed are found before the copy counts', async () => {
  place(1);
  const message = await failure({
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
  await copy();
  sound();
});

test('encrypted copies open with the program age, and with nothing else', async () => {
  const keys = temporaryFolder();
  try {
    const age = await ageProgram('age');
    const identity = await makeIdentity(keys);
    const other = await makeIdentity(keys, 'other.txt');
    const file = place(1);
    const { copied } = await copy({ copy: { ...bench.copy, recipients: [identity.recipient, other.recipient] } });
    const [name = ''] = copied;
    expect(name).toMatch(/\.sql\.gz\.age$/);
    const stored = path.join(bench.target, name);
    expect(readFileSync(stored).subarray(0, 21).toString()).toBe('age-encryption.org/v1');
    for (const key of [identity, other]) {
      const opened = execFileSync('sh', [
        '-c',
        '"$1" --decrypt --identity "$2" "$3" | gunzip',
        'sh',
        age,
        key.file,
        stored,
      ]);
      expect(opened).toEqual(readFileSync(file));
    }
    const stranger = await makeIdentity(keys, 'stranger.txt');
    expect(() => execFileSync(age, ['-d', '-i', stranger.file, stored], { stdio: 'pipe' })).toThrow();
    sound();
    // Encrypted or not, it is the copy of that backup.
    expect((await copy()).copied).toEqual([]);
  } finally {
    rmSync(keys, { recursive: true });
  }
});

test('what killed processes left is cleared: at once where it is ours, after a day where it is not', async () => {
  place(1);
  const { copied } = await copy();
  const [name = ''] = copied;
  place(2);
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
  await copy();
  const left = bench.files().filter((each) => each.includes('0123456789ab') || each.includes('op1'));
  expect(left).toEqual([`.${theirs}.0123456789ab.part`, theirs, `${old}.sha256x`, name, `${name}.sha256`].sort());
});

test('the status is what lies at the target', async () => {
  const status = async () => copyStatus(bench.settings, bench.copy, await listBackups(bench.settings.directory));
  expect(await copyStatus(bench.settings, { ...bench.copy, target: null }, [])).toBeNull();
  expect(await status()).toEqual({
    to: bench.target,
    newest: null,
    count: 0,
    copied: 0,
    running: false,
    problem: null,
  });
  place(1);
  const { copied } = await copy();
  const newest = `${bench.target}/${copied[0] ?? ''}`;
  expect(await status()).toMatchObject({ newest, count: 1, copied: 1, problem: null });
  place(2);
  expect(await status()).toMatchObject({
    newest,
    copied: 1,
    problem: `db_backup-2026-11-23_01-02-02.sql, the newest backup, has no copy in ${bench.target} yet.`,
  });
  // While it is being made, its absence is no problem.
  await copy({
    onStep: async (step: string) => {
      if (step === 'stored') expect(await status()).toMatchObject({ running: true, problem: null });
    },
  });
  rmSync(bench.target, { recursive: true });
  expect((await status())?.problem).toMatch(/^The copies in .* cannot be seen: the folder does not exist: /);
});

test('it stops when it is asked to, and leaves nothing', async () => {
  place(1);
  const stop = new AbortController();
  const onStep = (step: string): void => {
    if (step === 'copying') stop.abort();
  };
  expect(await failure({ signal: stop.signal, onStep })).toBe(
    `Copying the backups to ${bench.target} was stopped; the next start makes up for it.`,
  );
  expect((await copy()).copied).toHaveLength(1);
  sound();
});

test('a target that does not answer any more is given up', async () => {
  place(1);
  const never = (step: string) => (step === 'stored' ? new Promise<void>(() => undefined) : undefined);
  expect(await failure({ stallMs: 200, onStep: never })).toMatch(/ failed: nothing moved for 0 s\.$/);
});
