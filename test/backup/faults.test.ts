import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BackupError } from '../../src/backup/errors';
import { runBackup } from '../../src/backup/run-backup';
import { isCluster } from '../../src/database/cluster';
import { LEASES } from '../../src/database/own-tables';
import { findProgram } from '../../src/database/programs';
import { createTestDatabase } from '../support/database';
import { CLIENTS } from '../support/engine';
import { FakePrograms } from './fake-programs';
import { openBench, operate, operateInBulk, rejection, type Bench } from './support';

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

test('a restore that fails', async () => {
  programs.add(
    restore,
    `head -c 100 > /dev/null; echo 'ERROR 1146 (42S02) at line 9: Table x does not exist' >&2; exit 1`,
  );
  expect(await failure()).toBe(
    `The dump does not restore: ${restore} reports an error: ERROR 1146 (42S02) at line 9: Table x does not exist.`,
  );
});

test('a restore that stops in the middle and reports success', async () => {
  await operateInBulk(bench.database, 3000);
  programs.add(restore, `head -c 3000 | ${CLIENT} "$@"; exit 0`);
  expect(await failure()).toBe(`The dump does not restore: ${restore} stopped reading it halfway.`);
});

test('a restore that hangs', async () => {
  await operateInBulk(bench.database, 3000);
  programs.add(restore, 'setsid sleep 4');
  expect(await failure({ stallMs: 300 })).toBe(`The program ${restore} did nothing for 0.3 seconds and was ended.`);
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

  test('says so too where the backups before were never meant to be verified', async () => {
    const { query, address } = bench.database;
    const user = `plain_${address.database.slice(5)}`;
    const settings = { ...bench.settings, verify: 'checksum' as const };
    await runBackup({ ...bench.dependencies, settings }, asked);
    await operate(bench.database);
    await query(`CREATE USER ?@'%' IDENTIFIED BY 'plain'`, [user]);
    try {
      await grantReading(user);
      await runBackup({ ...bench.dependencies, address: { ...address, user, password: 'plain' } }, asked);
      expect(bench.logText().match(/ WARN /g)).toHaveLength(1);
    } finally {
      await query(`DROP USER ?@'%'`, [user]);
    }
  });

  test('to make a scratch database falls back to the checksum and says so once', async () => {
    const { query, address } = bench.database;
    const user = `plain_${address.database.slice(5)}`;
    await query(`CREATE USER ?@'%' IDENTIFIED BY 'a b#c"d\\\\e'`, [user]);
    // Only who defined a view, or more, may restore it.
    await query('DROP VIEW summary');
    try {
      await grantReading(user);
      const plain = { ...bench.dependencies, address: { ...address, user, password: 'a b#c"d\\e' } };
      const first = await runBackup(plain, asked);
      expect(first.published[0]).toMatchObject({ verifiedAt: null, lastOperation: { number: 1 } });
      expect(first.warnings[0]).toMatch(
        /^The database account plain_\w+ may not restore into a scratch database \(Access denied for user .*\): backups are only checked for completeness/,
      );
      await operate(bench.database);
      expect((await runBackup(plain, asked)).published).toHaveLength(1);
      expect(bench.logText().match(/ WARN /g)).toHaveLength(1);
      expect(bench.logText()).not.toContain('ERROR');
      // With the right, all is verified again; and without it again, that is said again.
      await query(`GRANT ALL ON \`${address.database.replaceAll('_', '\\_')}\\_scratch\\_%\`.* TO ?@'%'`, [user]);
      await operate(bench.database);
      expect((await runBackup(plain, asked)).published[0]?.verifiedAt).toEqual(expect.any(Date));
      await query(`REVOKE ALL PRIVILEGES, GRANT OPTION FROM ?@'%'`, [user]);
      await grantReading(user);
      await operate(bench.database);
      await runBackup(plain, asked);
      expect(bench.logText().match(/ WARN /g)).toHaveLength(2);
    } finally {
      await query(`DROP USER ?@'%'`, [user]);
    }
  });
});
