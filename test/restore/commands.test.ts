import { chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withFileLock } from '../../src/database/host/file-lock';
import type { Ended, Running } from '../process/programs';
import { DatabaseProxy } from '../support/database-proxy';
import { waitFor } from '../support/wait';
import { isolateBackedUp, type Isolated } from './isolated';

/** A user that every machine has. */
const NOBODY = 65_534;

let pool: Isolated;
beforeEach(async () => {
  pool = await isolateBackedUp();
});
afterEach(() => pool.close());

describe('usage', () => {
  test.each([
    [[], /^Say what to restore: a file, --latest, --operation N or --before N\.\n$/],
    [['--latest', '--operation', '3'], /^Give one of a file, --latest, --operation and --before, not several\.\n$/],
    [['--operation', 'three', '--yes'], /It must be the number of an operation, 1 or more\.\n$/],
    [['--operation', '0', '--yes'], /It must be the number of an operation, 1 or more\.\n$/],
    [['--latest', '--into', 'a b', '--yes'], /It must have 1 to 40 letters/],
    [['--latest', '--identity', 'key.txt', '--yes'], /^The option --identity opens an encrypted copy: name the copy/],
    [['--lastest'], /^unknown option '--lastest' /],
    [['--latest'], /^There is no terminal to ask on: give --yes to restore, or --dry-run to see the plan\.\n$/],
  ])('db:restore %j is refused in one line', async (args, line) => {
    const { code, stdout, stderr } = await pool.run('db-restore', args);
    expect(stderr).toMatch(line);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('db:verify takes one of a file, --latest and --all', async () => {
    expect(await pool.run('db-verify', ['--latest', '--all'])).toMatchObject({ code: 2, stdout: '' });
  });

  test.each(['db-restore', 'db-verify', 'db-status'])('%s has help', async (name) => {
    const { code, stdout } = await pool.run(name, ['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: npm run ${name.replace('-', ':')} -- [options]`);
  });
});

test('a dry run prints the plan, and changes nothing', async () => {
  await pool.bench.operate(1);
  const files = readdirSync(pool.bench.settings.directory);
  const { code, stdout, stderr } = await pool.run('db-restore', ['--latest', '--dry-run']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toMatch(/^Restore plan\n {2}file +\/.*\.sql\n {2}contains +operations up to 3/);
  expect(stderr).toMatch(
    /^ {2}gone +1 operation\n +4 CONFIRM_PAYMENT by Account 2 <a2@example\.com> at .*\n +and all else that was entered or changed since .* UTC$/m,
  );
  expect(stderr).toMatch(/^ {2}safety +what is there now is kept, and saved as a backup after the swap$/m);
  expect(stderr).toMatch(/^ {2}holds +\d+ tables$/m);
  expect(stderr).toMatch(/^ {2}time +about \d+ s$/m);
  expect(readdirSync(pool.bench.settings.directory)).toEqual(files);
  expect(await pool.bench.newest()).toBe(4);
});

test('what breaks a rule of the ledger is put back with --accept-unsound alone', async () => {
  const { query, name } = pool.bench;
  const unproven = { BACKUP_VERIFY: 'checksum' };
  await query('UPDATE users SET balance = balance + 1 WHERE id = 3');
  const older = await pool.run('db-restore', ['--latest', '--yes'], unproven);
  const file = /^What was replaced is in (\S+)$/m.exec(older.stderr)?.[1] ?? '';
  const refused = await pool.run('db-restore', [file, '--yes'], unproven);
  expect(refused.stderr).toMatch(
    / is not sound, and was not restored: User 3 holds .*--accept-unsound restores the file/,
  );
  expect(refused.code).toBe(1);
  const { code, stdout, stderr } = await pool.run('db-restore', [file, '--yes', '--accept-unsound'], unproven);
  expect(stderr).toMatch(/ is not sound: User 3 holds /);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `Restored ${name}: operations up to 3.\n` });
  expect(await pool.bench.check()).not.toEqual([]);
});

test('db:verify says for each whether it is proven', async () => {
  const { code, stdout } = await pool.run('db-verify', ['--all']);
  const names = readdirSync(pool.bench.settings.directory).sort().reverse();
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/).slice(0, 2)),
  ).toEqual(names.map((name) => ['PROVEN', name]));
  expect(code).toBe(0);
  const bad = path.join(pool.bench.settings.directory, 'db_backup-2020-01-01_00-00-00.sql');
  writeFileSync(bad, 'INSERT');
  const all = await pool.run('db-verify', ['--all']);
  expect(all.code).toBe(1);
  expect(all.stdout).toMatch(/^DAMAGED {5}db_backup-2020-01-01_00-00-00\.sql {2}.* is no complete backup/m);
  expect((await pool.run('db-verify', ['--latest'])).code).toBe(0);
  expect((await pool.run('db-verify', [bad])).code).toBe(1);
  expect(await pool.bench.litter()).toEqual([]);
});

/** How many processes hold the lock of that file, or wait for it. */
function lockers(lock: string): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`-x\0${lock}`);
    } catch {
      return false;
    }
  }).length;
}

describe('db:verify calls no file damaged that it did not judge', () => {
  beforeEach(() => pool.bench.backUp());

  test('for one that is not there', async () => {
    expect(await pool.run('db-verify', ['none.sql'])).toMatchObject({
      code: 1,
      stdout: 'not proven  none.sql  The backup none.sql cannot be read: no such file or folder (none.sql).\n',
    });
  });

  /** Begins to verify all while another proof runs, and does that then. */
  async function verifyWhileOneRuns(
    settings: Record<string, string>,
    work: (running: Running) => unknown,
  ): Promise<Ended> {
    const lock = path.join(pool.bench.settings.proofServerDirectory, 'proof.lock');
    mkdirSync(path.dirname(lock), { recursive: true });
    const running = await withFileLock(lock, async () => {
      const begun = pool.start('db-verify', ['--all'], settings);
      // The holder is one of them.
      await waitFor('db:verify to ask for its turn', () => lockers(lock) === 2);
      await work(begun);
      return begun;
    });
    return running.ended;
  }

  test('nor where somebody stops it, which ends it', async () => {
    expect(
      await verifyWhileOneRuns({}, ({ child, ended }) => {
        child.kill('SIGINT');
        return ended;
      }),
    ).toEqual({ code: 1, stdout: '', stderr: 'The verification was stopped.\n' });
  });

  test('nor where the live database goes away meanwhile', async () => {
    const proxy = await DatabaseProxy.start(pool.bench.dependencies.address);
    const { user, password = '', hosts } = proxy.through(pool.bench.dependencies.address);
    const url = `mysql://${user}:${password}@127.0.0.1:${hosts[0]?.port ?? 0}/${pool.bench.name}`;
    const { code, stdout } = await verifyWhileOneRuns({ DATABASE_URL: url }, () => {
      proxy.goDown();
    });
    await proxy.close();
    expect(stdout).toMatch(/^(not proven {2}db_backup-\S+\.sql {2}.*\n)+$/);
    expect(code).toBe(1);
  });
});

test('a backup is found by the name that db:status lists, which tells the folder too', async () => {
  const [backup] = await pool.bench.backups();
  const name = backup?.filename ?? '';
  const { stdout } = await pool.run('db-status');
  expect(stdout).toContain(`\nFolder: ${pool.bench.settings.directory}\n`);
  expect(stdout).toContain(`\n${name} `);
  const restored = await pool.run('db-restore', [name, '--dry-run']);
  expect(restored.stderr).toContain(`  file        ${backup?.path ?? ''}\n`);
  expect(restored.code).toBe(0);
  expect((await pool.run('db-verify', [name])).stdout).toMatch(new RegExp(`^PROVEN +${name} `));
});

/** Only root has folders of others to write to. */
const asRoot = process.geteuid?.() === 0 ? test : test.skip;
asRoot("root leaves no file in a folder of the server's user, who could not read it", async () => {
  const { directory } = pool.bench.settings;
  chownSync(directory, NOBODY, NOBODY);
  const before = readdirSync(directory);
  const commands: [string, string[]][] = [
    ['db-backup', []],
    ['db-restore', ['--latest', '--yes']],
  ];
  for (const [command, args] of commands) {
    expect(await pool.run(command, args)).toEqual({
      code: 1,
      stdout: '',
      stderr: `The folder ${directory} belongs to nobody, who could not read what root puts there: run this as sudo -u nobody.\n`,
    });
  }
  expect(readdirSync(directory)).toEqual(before);
});

test('the stock client restores a backup behind our back, and what was abandoned no longer counts', async () => {
  const { bench } = pool;
  const [kept] = await bench.backups();
  await bench.operate(2);
  const abandoned = await bench.backUp();
  await pool.stockRestore(kept?.path ?? '');
  expect(await bench.newest()).toBe(kept?.lastOperation.number);
  await bench.operate(1);
  const status = await pool.run('db-status', ['--json']);
  const report = JSON.parse(status.stdout) as { backups: { filename: string; current: boolean }[] };
  expect(report).toMatchObject({ healthy: false, pendingOperations: 1 });
  expect(report.backups.find(({ filename }) => filename === abandoned.filename)?.current).toBe(false);
  const number = (kept?.lastOperation.number ?? 0) + 1;
  const { code, stderr } = await pool.run('db-restore', ['--operation', String(number), '--yes']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/cannot be had: .*: the binary log holds another operation \d+ than today's history/);
});

test('the way to an operation does not lead across the work of the stock client', async () => {
  const { bench } = pool;
  const [kept] = await bench.backups();
  await pool.stockRestore(kept?.path ?? '');
  await bench.operate(1);
  const { code, stderr } = await pool.run('db-restore', ['--operation', '4', '--yes']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/cannot be had: .*: a migration or a restore changed tables after it/);
});

test('neither commands nor other programs that make sure of the database stand in the way to an operation', async () => {
  const { bench } = pool;
  const settings = { BACKUP_VERIFY: 'checksum' };
  const codes: (number | null)[] = [];
  for (const command of ['db-status', 'db-verify', 'db-migrate', 'db-backup']) {
    await bench.operate(1);
    codes.push((await pool.run(command, command === 'db-verify' ? ['--latest'] : [], settings)).code);
  }
  // Not healthy: an operation is in no backup yet.
  expect(codes).toEqual([1, 0, 0, 0]);
  await bench.query('CREATE DATABASE IF NOT EXISTS ??', [bench.name]);
  await bench.operate(1);
  const [, oldest, ...others] = await bench.backups();
  expect({ through: oldest?.lastOperation.number, others }).toEqual({ through: 3, others: [] });
  const into = `${bench.name}_at`;
  try {
    for (const number of ['6', '8']) {
      const { code, stderr } = await pool.run('db-restore', ['--operation', number, `--into=${into}`, '--yes']);
      expect({ number, code, stderr }).toMatchObject({ code: 0 });
      await bench.query('DROP DATABASE ??', [into]);
    }
  } finally {
    await bench.query('DROP DATABASE IF EXISTS ??', [into]);
  }
});
