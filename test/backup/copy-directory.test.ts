import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { copyBackups } from '../../src/backup/offsite/copy';
import { copyStatus, isOffsite } from '../../src/backup/offsite/status';
import { withPlainBackup } from '../../src/backup/offsite/fetch';
import { UnsoundBackup } from '../../src/backup/core/errors';
import { listBackups } from '../../src/backup/files/catalogue';
import { listLabelled, writeProof } from '../../src/backup/files/proofs';
import type { Query } from '../../src/database/connection/query';
import { placeBackup, proofOf } from './backup-files';
import {
  ageProgram,
  copiesIn,
  isConsistent,
  makeIdentity,
  momentOf,
  openCopyBench,
  type CopyBench,
  type Identity,
} from './copy-support';
import { rejection, temporaryFolder } from './support';
import { testLedger } from './test-ledger';

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

test('every backup gets a copy, newest first, which stock tools verify and read', async () => {
  const files = [bench.place(1), bench.place(2), bench.place(3, 3, { verifiedAt: null })];
  const { copied, rotated, warnings } = await bench.copyAll();
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
  bench.place(1);
  bench.place(2);
  const { copied } = await bench.copyAll();
  const before = statSync(path.join(bench.target, copied[0] ?? '')).mtimeMs;
  expect((await bench.copyAll()).copied).toEqual([]);
  expect(statSync(path.join(bench.target, copied[0] ?? '')).mtimeMs).toBe(before);
  rmSync(path.join(bench.target, copied[1] ?? ''));
  expect((await bench.copyAll()).copied).toEqual([copied[1]]);
  // Without its checksum a copy is one that nobody has read back.
  rmSync(path.join(bench.target, `${copied[0] ?? ''}.sha256`));
  expect((await bench.copyAll()).copied).toEqual([copied[0]]);
  sound();
});

test('a backup that is made meanwhile is copied too, and one that is rotated away is passed over', async () => {
  const oldest = bench.place(1);
  bench.place(2);
  let step = 0;
  const { copied } = await bench.copyAll({
    onStep: (name: string) => {
      if (name !== 'stored' || step++ > 0) return;
      bench.place(3);
      rmSync(oldest);
    },
  });
  expect(copied.map((name) => Number(/op(\d+)/.exec(name)?.[1]))).toEqual([2, 3]);
});

test('rotation keeps as many as there are backups to keep, and never takes the newest verified one', async () => {
  const { directory } = bench.settings;
  for (let second = 1; second <= 9; second++) {
    bench.place(second, second, second > 2 ? { verifiedAt: null } : {});
    await bench.copyAll({ settings: { ...bench.settings, keep: 3 } });
  }
  const operations = copiesIn(bench.files()).map((name) => Number(/op(\d+)/.exec(name)?.[1]));
  expect(operations).toEqual([2, 7, 8, 9]);
  expect(bench.logText()).toContain('Pruned the copies to 3: removed db_backup-2026-11-23_01-02-01-op1-verified-');
  sound();
  // All nine are still there: those whose copies went are not copied again.
  expect(await listBackups(directory)).toHaveLength(9);
  expect((await bench.copyAll({ settings: { ...bench.settings, keep: 3 } })).copied).toEqual([]);
});

test('the newest backup here has a copy, however far ahead the clock was by which others were named', async () => {
  const keep = 2;
  const settings = { ...bench.settings, keep };
  const ahead = await openCopyBench({}, keep);
  try {
    for (const year of [2029, 2030]) {
      const at = new Date(Date.UTC(year, 0, 1));
      placeBackup(ahead.settings.directory, at, { pool: 'pool-1', lastOperation: { number: 5, uid: 'uid-5' } });
    }
    const { copied: others } = await copyBackups({ ...ahead.dependencies, copy: bench.copy });
    expect(others).toHaveLength(keep);
    const operations = (): number[] => copiesIn(bench.files()).map((name) => Number(/op(\d+)/.exec(name)?.[1]));
    bench.place(6);
    bench.place(7);
    await bench.copyAll({ settings });
    expect(operations()).toEqual([7, 5, 5]);
    bench.place(8);
    await bench.copyAll({ settings });
    expect(operations()).toEqual([8, 5, 5]);
    expect((await bench.copyAll({ settings })).copied).toEqual([]);
    expect((await copyStatus(settings, bench.copy, await listBackups(settings.directory)))?.problem).toBeNull();
    sound();
  } finally {
    ahead.close();
  }
});

test('what is not ours is neither counted nor touched: other files, other pools', async () => {
  const other = await openCopyBench();
  try {
    const theirs = { pool: 'pool-2', lastOperation: { number: 5, uid: 'uid-x' } };
    for (const second of [10, 11]) placeBackup(other.settings.directory, momentOf(second), theirs);
    await copyBackups({ ...other.dependencies, copy: bench.copy });
    const strange = ['notes.txt', 'db_backup-2026-11-23_01-02-03.sql.gz', '.hidden.part', 'x.sha256'];
    for (const name of strange) writeFileSync(path.join(bench.target, name), 'x');
    const before = bench.files();
    for (const second of [1, 2, 3]) bench.place(second);
    await bench.copyAll({ settings: { ...bench.settings, keep: 1 } });
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
      bench.place(second, second);
      // The same second, the same operation, made by another server.
      placeBackup(other.settings.directory, momentOf(second), {
        pool: 'pool-1',
        lastOperation: { number: second, uid: `uid-${second}` },
        startedAt: new Date(momentOf(second).getTime() + 7),
      });
      await Promise.all([bench.copyAll(ours), copyBackups(theirs)]);
    }
    await bench.copyAll(ours);
    await copyBackups(theirs);
    expect(copiesIn(bench.files())).toHaveLength(3);
    expect((await bench.copyAll(ours)).copied).toEqual([]);
    expect((await copyBackups(theirs)).copied).toEqual([]);
    sound();
  } finally {
    other.close();
  }
});

test('two processes of one server copy one after the other', async () => {
  for (let second = 1; second <= 5; second++) bench.place(second);
  const all = await Promise.all([bench.copyAll(), bench.copyAll(), bench.copyAll()]);
  expect(all.flatMap(({ copied }) => copied)).toHaveLength(5);
  sound();
});

test('encrypted copies open with the program age, and with nothing else', async () => {
  const keys = temporaryFolder();
  try {
    const age = await ageProgram('age');
    const identity = await makeIdentity(keys);
    const other = await makeIdentity(keys, 'other.txt');
    const file = bench.place(1);
    const { copied } = await bench.copyAll({
      copy: { ...bench.copy, recipients: [identity.recipient, other.recipient] },
    });
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
    expect((await bench.copyAll()).copied).toEqual([]);
  } finally {
    rmSync(keys, { recursive: true });
  }
});

test('a cut or damaged encrypted copy is called so, and one for another identity is not judged', async () => {
  const keys = temporaryFolder();
  try {
    const identity = await makeIdentity(keys);
    const stranger = await makeIdentity(keys, 'stranger.txt');
    bench.place(1);
    const { copied } = await bench.copyAll({ copy: { ...bench.copy, recipients: [identity.recipient] } });
    const source = path.join(bench.target, copied[0] ?? '');
    const bytes = readFileSync(source);
    const failure = async (content: Buffer, { file }: Identity): Promise<Error> => {
      writeFileSync(source, content);
      const request = { source, settings: bench.settings, copy: { s3: null, identityFile: file } };
      return rejection(withPlainBackup(request, () => Promise.reject(new Error('never'))));
    };
    const flipped = Buffer.from(bytes);
    flipped[bytes.length - 20] = (bytes.at(-20) ?? 0) ^ 1;
    for (const content of [flipped, bytes.subarray(0, -20)]) {
      const error = await failure(content, identity);
      expect(error.message).toMatch(/\.sql\.gz\.age is damaged or cut: /);
      expect(error).toBeInstanceOf(UnsoundBackup);
    }
    const error = await failure(bytes, stranger);
    expect(error.message).toMatch(
      /\.age cannot be decrypted \(.*\): the identity is not one that it was encrypted to, or the file is cut or damaged\.$/,
    );
    expect(error).not.toBeInstanceOf(UnsoundBackup);
  } finally {
    rmSync(keys, { recursive: true });
  }
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
  bench.place(1);
  const { copied } = await bench.copyAll();
  const newest = `${bench.target}/${copied[0] ?? ''}`;
  expect(await status()).toMatchObject({ newest, count: 1, copied: 1, problem: null });
  bench.place(2);
  expect(await status()).toMatchObject({
    newest,
    copied: 1,
    problem: `db_backup-2026-11-23_01-02-02.sql, the newest backup, has no copy in ${bench.target} yet.`,
  });
  // While it is being made, its absence is no problem.
  await bench.copyAll({
    onStep: async (step: string) => {
      if (step === 'stored') expect(await status()).toMatchObject({ running: true, problem: null });
    },
  });
  rmSync(bench.target, { recursive: true });
  expect((await status())?.problem).toMatch(/^The copies in .* cannot be seen: the folder does not exist: /);
});

test('the newest copy is of the pool itself, and of no backup that is DAMAGED', async () => {
  const { settings, copy, target } = bench;
  const [first = '', damaged = ''] = [1, 3].map((second) => bench.place(second));
  bench.place(4, 9, { pool: 'pool-2' });
  const { copied } = await bench.copyAll();
  const backup = (await listBackups(settings.directory)).find(({ path: file }) => file === damaged);
  if (backup === undefined) throw new Error('it is not there');
  await writeProof(settings.proofDirectory, proofOf(backup, 'DAMAGED'));
  const pool = { pool: 'pool-1', database: backup.database };
  const name = copied.find((each) => each.startsWith(path.basename(first, '.sql'))) ?? '';
  expect(await copyStatus(settings, copy, await listLabelled(settings), pool)).toMatchObject({
    newest: `${target}/${name}`,
    copied: 3,
    problem: null,
  });
});

test('off-site is what a good backup of the pool’s own history of today holds, and has a copy', async () => {
  const { settings, copy } = bench;
  const ledger = { ...testLedger, pool: () => Promise.resolve('pool-1') };
  // Operation 7 is of a history that was abandoned.
  const existing = [1, 2, 3, 4, 5].map((number) => ({ uid: `uid-${number}`, number }));
  const query = ((sql: string) => Promise.resolve(sql.includes('ORDER BY') ? existing.slice(-1) : existing)) as Query;
  const holds = (lastOperation: number): Promise<boolean> =>
    isOffsite({ settings, copy, ledger, query, database: 'pool' }, { lastOperation, lastChange: 0 });
  expect([await holds(0), await holds(1)]).toEqual([true, false]);
  bench.place(1);
  bench.place(2, 2, { pool: 'pool-2' });
  bench.place(3, 3, { safety: true });
  bench.place(4, 7);
  await bench.copyAll();
  expect([await holds(1), await holds(2)]).toEqual([true, false]);
  bench.place(5, 4);
  expect([await holds(1), await holds(4)]).toEqual([true, false]);
  await bench.copyAll();
  expect([await holds(4), await holds(5)]).toEqual([true, false]);
});
