import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readBackup, type Backup } from '../../src/backup/files/catalogue';
import { clearProofs, isExact, newestIn, readProof, writeProof } from '../../src/backup/files/proofs';
import { proofHealth, type ProofSituation } from '../../src/backup/status/proof-health';
import { findingId } from '../../src/values/finding';
import { placeBackup, proofOf } from './backup-files';
import { rejection, temporaryFolder } from './support';

let root: string;
let settings: { directory: string; proofDirectory: string };
let backup: Backup;
beforeEach(async () => {
  root = temporaryFolder();
  settings = { directory: path.join(root, 'backups'), proofDirectory: path.join(root, 'proofs') };
  mkdirSync(settings.directory);
  backup = (await readBackup(placeBackup(settings.directory, new Date(0)))) as Backup;
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const file = (): string => path.join(settings.proofDirectory, `${backup.filename}.json`);

test('a proof is a small file of its own beside the backups, for its owner alone, and reads as it was written', async () => {
  const proof = proofOf(backup, 'UNSOUND', { lastOperation: { number: 7, uid: 'uid-7' } });
  await writeProof(settings.proofDirectory, proof);
  expect(await readProof(settings.proofDirectory, backup)).toEqual(proof);
  expect(readdirSync(settings.proofDirectory)).toEqual([`${backup.filename}.json`]);
  expect(readdirSync(settings.directory)).toEqual([backup.filename]);
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(statSync(settings.proofDirectory).mode & 0o777).toBe(0o700);
});

test('what is torn, unknown or of another file is no proof', async () => {
  const whole = proofOf(backup, 'PROVEN');
  await writeProof(settings.proofDirectory, whole);
  const text = JSON.stringify(whole);
  for (const content of [
    '',
    text.slice(0, -1),
    text.replace('PROVEN', 'UNPROVEN'),
    text.replace('"findings"', '"further":1,"findings"'),
    JSON.stringify({ ...whole, sha256: 'f'.repeat(64) }),
    JSON.stringify({ ...whole, filename: 'db_backup-2000-01-01_00-00-00.sql' }),
    'null',
  ]) {
    writeFileSync(file(), content);
    expect([content, await readProof(settings.proofDirectory, backup)]).toEqual([content, null]);
  }
  writeFileSync(file(), text);
  expect(await readProof(settings.proofDirectory, backup)).toEqual(whole);
});

test('what a file says of itself is the least, until a restored copy told; a DAMAGED one told nothing', () => {
  const exact = { number: 9, uid: 'uid-9' };
  const fresh = { ...backup, verifiedAt: null };
  expect([isExact(fresh), newestIn(fresh)]).toEqual([false, backup.lastOperation]);
  const proven = { ...fresh, proof: proofOf(fresh, 'PROVEN', { lastOperation: exact }) };
  expect([isExact(proven), newestIn(proven)]).toEqual([true, exact]);
  const damaged = { ...fresh, proof: proofOf(fresh, 'DAMAGED', { lastOperation: exact }) };
  expect([isExact(damaged), newestIn(damaged)]).toEqual([false, backup.lastOperation]);
  // A file of an earlier version was judged before it was published.
  expect(isExact({ ...backup, verifiedAt: new Date(0) })).toBe(true);
});

test('a folder that takes no proof is an error in words, and nothing is left', async () => {
  writeFileSync(settings.proofDirectory, '');
  const { message } = await rejection(writeProof(settings.proofDirectory, proofOf(backup, 'PROVEN')));
  expect(message).toMatch(/^The proof of db_backup-\S+ could not be recorded in \S+\/proofs: .*\.$/);
});

test('proofs of files that are gone are cleared, and halves that a killed process left', async () => {
  await writeProof(settings.proofDirectory, proofOf(backup, 'PROVEN'));
  const gone = path.join(settings.proofDirectory, 'db_backup-2000-01-01_00-00-00.sql.json');
  const [half, young] = ['old', 'young'].map((name) => `${file()}.${name}.new`) as [string, string];
  for (const each of [gone, half, young]) writeFileSync(each, '{');
  utimesSync(half, 0, 0);
  await clearProofs(settings);
  expect([gone, half, young, file()].map((each) => existsSync(each))).toEqual([false, false, true, true]);
  // A folder that cannot be read, as a disk that is not mounted, tells of no file that is gone.
  await clearProofs({ ...settings, directory: path.join(root, 'missing') });
  expect(existsSync(file())).toBe(true);
});

describe('the health of proofs', () => {
  const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
  const made = (
    second: number,
    proof: ReturnType<typeof proofOf> | null,
    name = second,
  ): ProofSituation['files'][0] => ({
    ...backup,
    filename: `file-${name}`,
    createdAt: at(second),
    durationMs: 100,
    proof,
  });
  const health = (files: ProofSituation['files'], change: Partial<ProofSituation> = {}) =>
    proofHealth({ files, verify: 'restore', acknowledged: [], failure: null, since: at(0), now: at(0), ...change });
  const proven = (durationMs = 1000): ReturnType<typeof proofOf> => proofOf(backup, 'PROVEN', { durationMs });

  test('a proof is late after a minute at least, and after four times what the last ones took', () => {
    const files = [made(10, null), made(5, proven())];
    expect(health(files, { now: at(70) }).problem).toBeNull();
    expect(health(files, { now: at(71) }).problem).toMatch(/^The backup file-10 has waited for its proof for 61 s, /);
    const slow = [made(10, null), made(5, proven(100_000))];
    expect(health(slow, { now: at(410) }).problem).toBeNull();
    expect(health(slow, { now: at(411) }).problem).toMatch(/longer than 400 s/);
  });

  test('in a burst the one that waits longest counts, not the newest', () => {
    const files = [made(80, null), made(40, null), made(10, null), made(5, proven())];
    expect(health(files, { now: at(81) }).problem).toMatch(/^The backup file-10 has waited/);
  });

  test('before the first proof the dump tells how long one may take, and a server that just started is not late', () => {
    const files = [made(10, null)];
    expect(health(files, { now: at(71) }).problem).toMatch(/^The backup file-10 has waited/);
    expect(health(files, { now: at(71), since: at(30) }).problem).toBeNull();
  });

  test('with BACKUP_VERIFY=checksum none is asked for, and that is said', () => {
    const told = health([made(10, null)], { now: at(9999), verify: 'checksum' });
    expect(told).toMatchObject({ problem: null, isProofDue: false });
    expect(told.note).toMatch(/BACKUP_VERIFY=checksum/);
  });

  test('why the last try came to no verdict is told at once, as long as a proof is due', () => {
    const failure = 'There is no room.';
    const told = health([made(10, null), made(5, proven())], { failure });
    expect(told).toMatchObject({ problem: 'The newest backup is not proven yet: There is no room.', isProofDue: true });
    expect(health([made(10, proven())], { failure })).toMatchObject({ problem: null, isProofDue: false });
  });

  test('a DAMAGED one is told with its reason until one follows that restores', () => {
    const damaged = proofOf(backup, 'DAMAGED');
    const problem = 'The backup file-10 is damaged and covers nothing: It is DAMAGED.';
    expect(health([made(10, damaged), made(5, proven())])).toMatchObject({ problem, isProofDue: true });
    expect(health([made(20, null), made(10, damaged)])).toMatchObject({ problem, isProofDue: true });
    expect(health([made(20, proven()), made(10, damaged)])).toMatchObject({ problem: null, isProofDue: false });
    expect(health([made(20, null), made(10, damaged)], { verify: 'checksum' }).problem).toBeNull();
    // As UNSOUND it restores; what it breaks is told by itself, until it is acknowledged.
    const unsound = proofOf(backup, 'UNSOUND');
    const files = [made(20, unsound), made(10, damaged)];
    const told = health(files);
    expect(told).toMatchObject({ damage: null, problem: expect.stringContaining('file-20 restores, but') as string });
    const acknowledged = told.findings.map((each) => ({ ...each, reason: 'meant', actor: 'an admin', at: at(1) }));
    expect(health(files, { acknowledged }).problem).toBeNull();
  });

  test('an UNSOUND one is told with its rule until that was acknowledged; what is new is told again', () => {
    const unsound = proofOf(backup, 'UNSOUND', { findings: ['user 1 has too much', 'user 2 has too little'] });
    const [one, two] = unsound.findings.map((finding) => ({ id: findingId(finding), finding })) as [
      { id: string; finding: string },
      { id: string; finding: string },
    ];
    const files = [made(10, unsound), made(5, proven())];
    const told = health(files);
    expect(told.problem).toMatch(
      /^The backup file-10 restores, but the ledger breaks a rule: user 1 has too much, and 1 more \(/,
    );
    expect(told).toMatchObject({ findings: [one, two], acknowledgedFindings: [], isProofDue: false });
    const known = { ...one, reason: 'meant', actor: 'an admin', at: at(1) };
    const half = health(files, { acknowledged: [known] });
    expect(half.problem).toMatch(/breaks a rule: user 2 has too little \(/);
    expect(half).toMatchObject({ findings: [two], acknowledgedFindings: [known] });
    const all = health(files, { acknowledged: [known, { ...known, ...two }] });
    expect(all).toMatchObject({ problem: null, findings: [] });
    expect(all.acknowledgedFindings).toHaveLength(2);
  });
});
