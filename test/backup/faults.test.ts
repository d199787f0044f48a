import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BackupError } from '../../src/backup/core/errors';
import { coverage } from '../../src/backup/files/coverage';
import { labelOf, listLabelled } from '../../src/backup/files/proofs';
import { ProofImpossible } from '../../src/backup/prove/prove-backup';
import { proveNewest } from '../../src/backup/run/prove-newest';
import { runBackup } from '../../src/backup/run/run-backup';
import { lastProofFailure } from '../../src/backup/run/last-try';
import { isCluster } from '../../src/database/connection/galera';
import { LEASES } from '../../src/database/connection/own-tables';
import { findProgram } from '../../src/database/host/programs';
import { createTestDatabase } from '../support/database';
import { CLIENTS } from '../support/engine';
import { FakePrograms } from './fake-programs';
import { openBench, operate, operateInBulk, rejection, statusOf, testLedger, type Bench } from './support';

let bench: Bench;
let programs: FakePrograms;

beforeEach(async () => {
  bench = await openBench();
  programs = new FakePrograms();
  await operate(bench.database);
});
afterEach(async () => {
  programs.remove();
  await bench.close();
});

const asked = { trigger: 'OPERATION', force: false } as const;
const { dump, restore } = CLIENTS;
const DUMP = findProgram([dump]) ?? '';
const CLIENT = findProgram([restore]) ?? '';

/** A backup that fails: one ERROR line in the log, nothing published, nothing left behind; and the next one succeeds. */
async function failure(change: { stallMs?: number } = {}): Promise<string> {
  const error = (await rejection(runBackup({ ...bench.dependencies, ...change }, asked))) as BackupError;
  expect(error.name).toBe('BackupError');
  expect(bench.files()).toEqual([]);
  expect(await bench.litter()).toEqual([]);
  expect(bench.logText().match(/ ERROR .*/g)).toEqual([` ERROR ${error.message}`]);
  expect(error.message).toMatch(/^[A-Z].*\.$/);
  programs.leavePath();
  expect((await runBackup(bench.dependencies, asked)).published).toHaveLength(1);
  return error.message;
}

test('a dump program that prints nothing', async () => {
  programs.add(dump, 'exit 0');
  expect(await failure()).toBe(`The dump failed: ${dump} printed nothing.`);
});

test('a dump program that dies halfway', async () => {
  programs.add(dump, `${DUMP} "$@" 2>/dev/null | head -c 900; echo '${dump}: Error 2013: Lost connection' >&2; exit 3`);
  expect(await failure()).toBe(
    `The dump failed: ${dump} lost the database server, or found a table changed, while it read the rows: ` +
      'Error 2013: Lost connection.',
  );
});

test('a dump that is cut off though the program reports success', async () => {
  programs.add(dump, `${DUMP} "$@" | head -n -1; exit 0`);
  expect(await failure()).toBe(`The dump is cut off: ${dump} ended without saying that it is complete.`);
});

test('a dump that lacks its beginning', async () => {
  programs.add(dump, `${DUMP} "$@" | tail -c +900`);
  expect(await failure()).toBe(`The dump is cut off at its beginning: ${dump} began with something else.`);
});

test('a dump that says it is complete though the program reports a failure', async () => {
  programs.add(dump, `${DUMP} "$@"; exit 2`);
  expect(await failure()).toBe(`The dump failed: ${dump} was refused by the database server or could not reach it.`);
});

test('a dump program that is killed', async () => {
  programs.add(dump, 'kill -KILL $$');
  expect(await failure()).toBe(`The dump failed: ${dump} was ended by SIGKILL.`);
});

test('a dump program that delivers a part and hangs', async () => {
  programs.add(dump, `${DUMP} "$@" | head -c 900; setsid sleep 4`);
  expect(await failure({ stallMs: 300 })).toBe(`The program ${dump} did nothing for 0.3 seconds and was ended.`);
});

test('the real dump program hanging on a locked table', async () => {
  const other = await createTestDatabase();
  try {
    await other.query(`LOCK TABLES ${bench.database.address.database}.payload WRITE`);
    const hanging = rejection(runBackup({ ...bench.dependencies, stallMs: 1000 }, asked));
    expect((await hanging).message).toBe(`The program ${dump} did nothing for 1 seconds and was ended.`);
    await other.query('UNLOCK TABLES');
  } finally {
    await other.drop();
  }
  expect(await bench.litter()).toEqual([]);
});

test('a dump program that cannot be run', async () => {
  programs.add(dump, '');
  writeFileSync(path.join(programs.folder, dump), '#!/nowhere/interpreter\n');
  expect(await failure()).toMatch(/^The dump failed: (mariadb-dump|mysqldump) .*No such file or directory\.$/);
});

test('a dump program that lacks a library', async () => {
  programs.add(dump, 'exit 127');
  expect(await failure()).toBe(`The dump failed: ${dump} or a library that it needs is missing.`);
});

/** A proof that comes to no verdict: the backup stays, UNPROVEN, nothing is left behind, and the next try proves it. */
async function noVerdict(change: { stallMs?: number } = {}): Promise<string> {
  const [backup] = (await runBackup(bench.dependencies, asked)).published;
  const error = await rejection(proveNewest({ ...bench.dependencies, ...change }));
  expect(error).toBeInstanceOf(ProofImpossible);
  expect(bench.files()).toEqual([backup?.filename]);
  expect(await bench.litter()).toEqual([]);
  expect(bench.logText()).not.toContain(' ERROR ');
  expect(bench.logText()).toContain(` WARN Proof not made: ${error.message}`);
  expect(await lastProofFailure(bench.settings)).toBe(error.message);
  expect((await listLabelled(bench.settings)).map(labelOf)).toEqual(['UNPROVEN']);
  programs.leavePath();
  expect((await proveNewest(bench.dependencies)).judged[0]).toMatchObject({ state: 'PROVEN' });
  expect(await lastProofFailure(bench.settings)).toBeNull();
  return error.message;
}

test('a restore that the server refuses for what is in the file', async () => {
  programs.add(
    restore,
    `head -c 100 > /dev/null; echo 'ERROR 1146 (42S02) at line 9: Table x does not exist' >&2; exit 1`,
  );
  await runBackup(bench.dependencies, asked);
  // The new one that is made instead is no better: one more, and then a pause.
  const { message } = await rejection(proveNewest(bench.dependencies));
  const reason = `The file does not restore: ${restore} reports an error: ERROR 1146 (42S02) at line 9: Table x does not exist`;
  const files = await listLabelled(bench.settings);
  expect(files.map(({ proof }) => [proof?.state, proof?.problem])).toEqual([
    ['DAMAGED', `${reason}.`],
    ['DAMAGED', `${reason}.`],
  ]);
  expect(message).toContain(`do not restore, both for this reason: ${reason}. See to that, then make one by `);
  // No try makes a further one, which would be no better and fill the disk; nor does a run that nobody forces.
  for (let retry = 0; retry < 2; retry++) {
    expect((await rejection(proveNewest(bench.dependencies))).message).toBe(message);
    expect((await runBackup(bench.dependencies, asked)).published).toEqual([]);
  }
  expect(bench.files()).toHaveLength(2);
  const state = await coverage(files, testLedger, bench.database.query);
  expect(state).toMatchObject({ coveredThrough: 0, pending: 1, missed: 0 });
  expect((await statusOf(bench)).problem).toBe(
    `The backup ${files[0]?.filename ?? ''} is damaged and covers nothing: ${reason}.`,
  );
  // What commits makes the next, which is proven once the cause is gone.
  await operate(bench.database);
  expect((await runBackup(bench.dependencies, asked)).published).toHaveLength(1);
  programs.leavePath();
  expect((await proveNewest(bench.dependencies)).judged[0]).toMatchObject({ state: 'PROVEN' });
  expect((await listLabelled(bench.settings)).map(labelOf)).toEqual(['PROVEN', 'DAMAGED', 'DAMAGED']);
  expect(await statusOf(bench)).toMatchObject({ healthy: true, coveredThrough: 2, provenThrough: 2 });
});

test('a restore that stops in the middle and reports success', async () => {
  await operateInBulk(bench.database, 3000);
  programs.add(restore, `head -c 3000 | ${CLIENT} "$@"; exit 0`);
  await runBackup(bench.dependencies, asked);
  await rejection(proveNewest(bench.dependencies));
  const problem = `The file does not restore: ${restore} stopped reading it halfway.`;
  expect((await listLabelled(bench.settings)).map(({ proof }) => proof?.problem)).toEqual([problem, problem]);
});

test('a restore that hangs', async () => {
  await operateInBulk(bench.database, 3000);
  programs.add(restore, 'setsid sleep 4');
  expect(await noVerdict({ stallMs: 300 })).toBe(`The program ${restore} did nothing for 0.3 seconds and was ended.`);
});

test('a client that is killed during the proof', async () => {
  programs.add(restore, 'kill -KILL $$');
  expect(await noVerdict()).toMatch(new RegExp(`${restore} was ended by SIGKILL\\.$`));
});

test('the database server cannot be reached', async () => {
  const address = { ...bench.database.address, socketPath: '/nowhere/mariadbd.sock' };
  const { message } = await rejection(runBackup({ ...bench.dependencies, address }, asked));
  expect(message).toBe(
    `The database server at socket /nowhere/mariadbd.sock, database ${address.database} cannot be reached ` +
      `(no such file or folder).`,
  );
  expect(bench.logText()).toContain(`ERROR ${message}`);
});

test('the database does not exist', async () => {
  const address = { ...bench.database.address, database: 'no_such_database' };
  const { message } = await rejection(runBackup({ ...bench.dependencies, address }, asked));
  expect(message).toMatch(/refuses the backup's connection: Unknown database 'no_such_database'\.$/);
});

test('the folder of the backups cannot be made', async () => {
  const inTheWay = path.join(programs.folder, 'file');
  writeFileSync(inTheWay, '');
  const settings = { ...bench.settings, directory: path.join(inTheWay, 'backups') };
  const { message } = await rejection(runBackup({ ...bench.dependencies, settings }, asked));
  expect(message).toMatch(/^The folder .*\/file\/backups cannot be made or used: a part of the path is no folder/);
});

describe('an account without rights', () => {
  /** All that a dump needs, and the lock of a cluster, which is a row. */
  async function grantReading(user: string): Promise<void> {
    const { query, address } = bench.database;
    await query(`GRANT SELECT, SHOW VIEW, TRIGGER ON ${address.database}.* TO ?@'%'`, [user]);
    if (await isCluster(query)) await query(`GRANT CREATE, INSERT, UPDATE ON ${LEASES} TO ?@'%'`, [user]);
  }

  test('to make a scratch database, where there is no other server: every backup is stored all the same, and the status says what is missing', async () => {
    const { query, address } = bench.database;
    const user = `plain_${address.database.slice(5)}`;
    await query(`CREATE USER ?@'%' IDENTIFIED BY 'a b#c"d\\\\e'`, [user]);
    programs.hideServers();
    // Only who defined a view, or more, may restore it.
    await query('DROP VIEW summary');
    try {
      await grantReading(user);
      const plain = { ...bench.dependencies, address: { ...address, user, password: 'a b#c"d\\e' } };
      for (let operation = 1; operation <= 3; operation++) {
        expect((await runBackup(plain, asked)).published).toMatchObject([{ lastOperation: { number: operation } }]);
        const { message } = await rejection(proveNewest(plain));
        expect(message).toMatch(
          /^The database account plain_\w+ may not restore into a scratch database \(Access denied for user .*\): install /,
        );
        expect((await statusOf(bench)).problem).toBe(`The newest backup is not proven yet: ${message}`);
        await operate(bench.database);
      }
      // With the right, the next is proven again.
      await query(`GRANT ALL ON \`${address.database.replaceAll('_', '\\_')}\\_scratch\\_%\`.* TO ?@'%'`, [user]);
      await runBackup(plain, asked);
      expect((await proveNewest(plain)).judged[0]).toMatchObject({ state: 'PROVEN' });
      expect(await statusOf(bench)).toMatchObject({ healthy: true, coveredThrough: 4, provenThrough: 4, count: 4 });
    } finally {
      await query(`DROP USER ?@'%'`, [user]);
    }
  });
});
