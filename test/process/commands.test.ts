import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../../src/config/config';
import { parseManifest } from '../../src/backup/files/manifest';
import { findProgram } from '../../src/database/host/programs';
import { Client } from '../support/client';
import { createTestDatabase } from '../support/database';
import { CLIENTS } from '../support/engine';
import { program, ROOT } from '../support/programs';
import { waitFor } from '../support/wait';
import {
  backupLog,
  backupsIn,
  clearUp,
  databaseOf,
  type Ended,
  newFolder,
  openSql,
  processesOf,
  run,
  Server,
  start,
} from './programs';

afterEach(clearUp);

/** A line for people: no stack, nothing else. */
const ONE_LINE = /^[^\n]+\n$/;

const backup = (folder: string, ...args: string[]): Promise<Ended> => run(folder, 'cli/db-backup', { args });

const KEPT =
  "newest 10, newest PROVEN, newest of today's history, newest PROVEN of today's history, reach: the way to operation 0";

describe('db:backup', () => {
  test('makes the same file with the server up and without, and rotates', async () => {
    const folder = newFolder();
    const server = await Server.start(folder);
    const database = databaseOf(folder);
    const withServer = await backup(folder);
    expect(databaseOf(folder)).toBe(database);
    await server.end('SIGTERM');
    const withoutServer = await backup(folder);
    expect(processesOf(folder)).toEqual([]);

    for (const { code, stdout, stderr } of [withServer, withoutServer]) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^\/.*\/storage\/app\/backups\/db_backup-\d{4}(-\d\d){2}_\d\d-\d\d-\d\d\.sql\n$/);
    }
    const [one = '', other = ''] = [withServer, withoutServer].map(({ stdout }) => readFileSync(stdout.trim(), 'utf8'));
    expect(sqlOf(other)).toBe(sqlOf(one));
    const manifests = [one, other].map((text) => parseManifest(text.trimEnd().split('\n').at(-1) ?? ''));
    expect(manifests).toEqual([
      expect.objectContaining({ trigger: 'MANUAL' }),
      expect.objectContaining({ trigger: 'MANUAL' }),
    ]);
    expect(statSync(withoutServer.stdout.trim()).mode & 0o777).toBe(0o600);

    const rotating = await backup(folder, '--keep', '2', '--json');
    const told = JSON.parse(rotating.stdout) as { backup: { path: string }; rotated: string[] };
    expect(rotating).toMatchObject({ code: 0, stderr: '' });
    // The oldest is the one that the start of a new pool made.
    expect(told.rotated).toHaveLength(2);
    expect(told.rotated).toContain(path.basename(withServer.stdout.trim()));
    expect(backupsIn(folder)).toEqual([path.basename(withoutServer.stdout.trim()), path.basename(told.backup.path)]);
    expect(backupLog(folder)).not.toMatch(/ (WARN|ERROR) /);

    const pruning = await run(folder, 'cli/db-prune', { args: ['--dry-run'] });
    expect(pruning).toMatchObject({ code: 0, stderr: '0 of 2 backups would be removed.\n' });
    const [newest = '', before = ''] = pruning.stdout.trimEnd().split('\n');
    expect(newest).toBe(`keep  ${path.basename(told.backup.path)}  ${KEPT}`);
    expect(before).toBe(`keep  ${path.basename(withoutServer.stdout.trim())}  newest 10`);
  });

  test.each([
    [['--keep', '0'], "'0' is invalid. It must be a whole number, 1 or more."],
    [['--keep', 'x'], "'x' is invalid. It must be a whole number, 1 or more."],
    [['--keep'], "option '--keep <n>' argument missing"],
    [['--kep', '3'], "unknown option '--kep' Did you mean --keep?"],
    [['now'], 'too many arguments: type options behind --, as in npm run db:backup -- --help.'],
  ])('%j is wrong usage', async (args, message) => {
    const folder = newFolder();
    const { code, stdout, stderr } = await backup(folder, ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(ONE_LINE);
    expect(stderr).toContain(message);
    expect(processesOf(folder)).toEqual([]);
  });

  test('an option that npm took for itself is wrong usage, and not left out in silence', async () => {
    const folder = newFolder();
    const settings = { npm_lifecycle_event: 'db:backup', npm_config_keep: '20' };
    const { code, stdout, stderr } = await run(folder, 'cli/db-backup', { settings });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe('npm kept --keep for itself: type npm run db:backup -- --keep ...\n');
    expect(processesOf(folder)).toEqual([]);
  });

  test('a dry run that npm took for itself does not become a restore; what npm was told not to do says nothing', async () => {
    const folder = newFolder();
    const restore = (kept: string): Promise<Ended> =>
      run(folder, 'cli/db-restore', {
        args: ['none.sql', '--yes'],
        settings: { npm_lifecycle_event: 'db:restore', npm_config_dry_run: kept },
      });
    expect(await restore('true')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'npm kept --dry-run for itself: type npm run db:restore -- --dry-run ...\n',
    });
    expect((await restore('')).stderr).toMatch(/none\.sql cannot be read/);
  });

  test('says in one line what failed, and logs it', async () => {
    const folder = newFolder();
    const settings = { DATABASE_URL: 'mysql://me:hunter2@127.0.0.1:1/pool' };
    const { code, stdout, stderr } = await run(folder, 'cli/db-backup', { settings });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^The database server at 127\.0\.0\.1:1, database pool cannot be reached[^\n]+\n$/);
    expect(backupLog(folder)).toMatch(/ ERROR The backup failed: The database server at 127\.0\.0\.1:1, [^\n]+\n$/);
    expect(stderr + backupLog(folder)).not.toContain('hunter2');

    const wrong = await run(folder, 'cli/db-backup', { settings: { BACKUP_KEEP: 'ten' } });
    expect(wrong).toMatchObject({ code: 1, stderr: 'BACKUP_KEEP must be a whole number, 1 or more, not "ten".\n' });
  });
});

describe('db:prune', () => {
  test('tells the journal of changes what a person removed; rotation is told in the log alone', async () => {
    const folder = newFolder();
    const database = await createTestDatabase();
    try {
      const settings = { DATABASE_URL: database.url, BACKUP_VERIFY: 'checksum' };
      await (await Server.start(folder, settings)).end('SIGTERM');
      const backUp = (...args: string[]): Promise<Ended> => run(folder, 'cli/db-backup', { args, settings });
      const rows = (): Promise<unknown[]> => database.query('SELECT * FROM changes ORDER BY number');
      await backUp();
      const before = await rows();
      expect(await backUp('--keep', '2')).toMatchObject({ code: 0 });
      expect(backupsIn(folder)).toHaveLength(2);
      expect(await rows()).toEqual(before);

      const [older = ''] = backupsIn(folder);
      const pruned = await run(folder, 'cli/db-prune', { settings: { ...settings, BACKUP_KEEP: '1' } });
      expect(pruned).toMatchObject({ code: 0, stderr: '1 of 2 backups removed.\n' });
      const [row, ...more] = (await rows()).slice(before.length);
      expect(more).toEqual([]);
      expect(row).toMatchObject({ kind: 'db:prune', actorId: null, subject: 'backups', subjectId: null, state: null });
      expect(JSON.parse((row as { details: string }).details)).toEqual({ after: { removed: 1, files: older } });
      expect(await run(folder, 'cli/ledger-check', { settings })).toMatchObject({ code: 0 });

      // Nothing is removed by a second one, and nothing is written.
      await run(folder, 'cli/db-prune', { settings: { ...settings, BACKUP_KEEP: '1' } });
      expect(await rows()).toHaveLength(before.length + 1);
    } finally {
      await clearUp();
      await database.drop();
    }
  });
});

describe('whoever is no longer there', () => {
  test('ends the proof of a backup: the file is stored and named, and nothing else is left', async () => {
    const folder = newFolder();
    await run(folder, 'cli/db-migrate');
    const { isHeld, settings } = holdRestores(folder);
    const running = start(folder, 'cli/db-backup', { settings });
    await waitFor('the test restore', isHeld);
    const { code, stdout, stderr } = await running.end('SIGHUP');
    const [name = ''] = backupsIn(folder);
    // Named before its proof began.
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(`/${name}\n$`) as string });
    expect(stderr).toMatch(/^The backup is stored, but not proven: The proof was stopped [^\n]+\n$/);
    expect(backupLog(folder)).toMatch(/ INFO Published [^\n]*\n$/);
    expect(processesOf(folder)).toEqual([]);
    const left = ['app/backups', 'app/.backup-work', 'database/data'].flatMap((each) =>
      readdirSync(path.join(folder, 'storage', each)),
    );
    expect(left.filter((each) => /\.sql$|\.cnf$|scratch/.test(each))).toEqual([name]);
  });

  test.each([
    ['db-status', []],
    ['db-migrate', []],
    ['user-create', ['--email', 'otto@example.com', '--name', 'Otto', '--role', 'OPERATOR']],
  ])('leaves no database running when %s is in the midst of it', async (name, args) => {
    const folder = newFolder();
    if (name !== 'db-migrate') await run(folder, 'cli/db-migrate');
    const running = start(folder, `cli/${name}`, { args, input: 'a long enough password\n' });
    let hasEnded = false;
    void running.ended.then(() => (hasEnded = true));
    const socket = path.join(folder, 'storage', 'database', 'mariadbd.sock');
    await waitFor('the database', () => hasEnded || existsSync(socket));
    await running.end('SIGHUP');
    expect(processesOf(folder)).toEqual([]);
  });

  test('has read enough, which is no failure, and keeps no backup from its copy', async () => {
    const folder = newFolder();
    const target = path.join(folder, 'copies');
    mkdirSync(target);
    for (const name of ['db-migrate', 'db-backup', 'db-verify', 'db-status']) {
      const running = start(folder, `cli/${name}`, { settings: { BACKUP_COPY_TO: target } });
      running.child.stdout?.destroy();
      expect([name, await running.ended]).toEqual([name, { code: 0, stdout: '', stderr: '' }]);
      expect(processesOf(folder)).toEqual([]);
    }
    const [backup = ''] = backupsIn(folder);
    const copies = readdirSync(target).filter((each) => each.endsWith('.sql.gz'));
    expect(copies).toEqual([expect.stringContaining(path.basename(backup, '.sql'))]);
  });

  test('but a result that finds no room on the disk is a failure', async () => {
    const command = ['sh', '-c', 'exec "$0" "$1" > /dev/full', process.execPath, program('cli/db-migrate')];
    expect(await run(newFolder(), '', { command })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Standard output cannot be written: the disk is full.\n',
    });
  });
});

/** Puts a client before the stock one that never comes to restoring anything. */
function holdRestores(folder: string): { isHeld: () => boolean; settings: Record<string, string> } {
  const held = path.join(folder, 'held');
  const script = `case "$*" in *--version*) exec ${findProgram([CLIENTS.restore]) ?? ''} "$@";; esac`;
  writeFileSync(path.join(folder, CLIENTS.restore), `#!/bin/sh\n${script}\ntouch ${held}\nexec sleep 600\n`, {
    mode: 0o755,
  });
  return { isHeld: () => existsSync(held), settings: { PATH: `${folder}:${process.env.PATH ?? ''}:${folder}` } };
}

/** All but what tells the times. */
function sqlOf(text: string): string {
  return text.replace(/^-- (motorpool-backup|Dump completed|CHANGE MASTER).*$/gm, '');
}

test.each(['db-backup', 'db-migrate', 'user-create', 'user-password', 'ledger-check', 'ledger-acknowledge'])(
  '%s --help tells its usage',
  async (name) => {
    const folder = newFolder();
    const { code, stdout, stderr } = await run(folder, `cli/${name}`, { args: ['--help'] });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: npm run ${name.replace('-', ':')} -- `));
  },
);

test('db:migrate brings a database up to date, once', async () => {
  const folder = newFolder();
  const first = await run(folder, 'cli/db-migrate');
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toMatch(/^Ledger\d+\n/);
  expect(await run(folder, 'cli/db-migrate')).toMatchObject({ code: 0, stdout: 'No migration is pending.\n' });
  expect(processesOf(folder)).toEqual([]);
});

test.each([
  ['db-backup', []],
  ['db-status', []],
  ['db-verify', ['--latest']],
  ['db-restore', ['--latest', '--yes']],
  ['ledger-check', []],
  ['user-create', ['--email', 'otto@example.com', '--name', 'Otto', '--role', 'OPERATOR']],
  ['user-password', ['--email', 'admin@example.com']],
])('in a wrong folder %s makes nothing', async (name, args) => {
  const folder = newFolder();
  const { code, stdout, stderr } = await run(folder, `cli/${name}`, { args, input: 'a long enough password\n' });
  expect(code).toBe(1);
  expect((stdout + stderr).replace(/\s+/g, ' ')).toMatch(
    name === 'db-verify' ? /There is no backup in / : /There is no database in .*: see whether STORAGE_DIR is right/,
  );
  expect(readdirSync(folder)).toEqual([]);
});

test('a name in .env that is nearly the name of a setting is told, and any other is not', async () => {
  const folder = newFolder();
  writeFileSync(path.join(folder, '.env'), 'BACKUP_KEPP=3\nJWT_SECRET_FIL=x\nBACKUP_KEEP=4\nCOPIES=/mnt\n');
  expect((await run(folder, 'cli/db-status')).stderr).toBe(
    'There is no setting BACKUP_KEPP (in .env): did you mean BACKUP_KEEP?\n' +
      'There is no setting JWT_SECRET_FIL (in .env): did you mean JWT_SECRET_FILE?\n',
  );
});

test('a backup process whose STORAGE_DIR has been removed ends with an error, and makes nothing there', async () => {
  const folder = newFolder();
  const config = loadConfig({ STORAGE_DIR: path.join(folder, 'storage') });
  const request = { trigger: 'OPERATION', force: false };
  for (const name of ['backup-worker', 'proof-worker']) {
    const ended = await run(folder, `cli/${name}`, { input: JSON.stringify({ config, request }) });
    expect(ended.code).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  }
});

test('ledger:check tells whether the books are sound, and ledger:acknowledge what is meant', async () => {
  const folder = newFolder();
  const server = await Server.start(folder);
  expect(await run(folder, 'cli/ledger-check')).toEqual({ code: 0, stdout: 'The books are sound.\n', stderr: '' });
  const query = await openSql(folder);
  await query('UPDATE users SET balance = balance + 1');
  const found = await run(folder, 'cli/ledger-check');
  expect(found).toMatchObject({ code: 1, stderr: '' });
  expect(found.stdout).toMatch(/^([0-9a-f]{8} {2}[^\n]+\n)+$/);
  const id = found.stdout.slice(0, 8);
  const backedUp = await backup(folder);
  expect(backedUp).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^WARNING: .* NOT SOUND\. [^\n]+\n$/) as string,
  });
  expect((await run(folder, 'cli/db-status')).stdout.replace(/\s+/g, ' ')).toContain('restores, but the ledger');

  const acknowledge = (...args: string[]): Promise<Ended> => run(folder, 'cli/ledger-acknowledge', { args });
  expect(await acknowledge(id)).toMatchObject({ code: 2, stderr: expect.stringMatching(ONE_LINE) as string });
  expect(await acknowledge('00000000', '--reason', 'x')).toMatchObject({
    code: 1,
    stderr: 'There is no finding "00000000".\n',
  });
  for (const line of found.stdout.trimEnd().split('\n')) {
    const said = await acknowledge(line.slice(0, 8), '--reason', 'A court said so.');
    expect(said).toEqual({ code: 0, stdout: '', stderr: `Acknowledged: ${line.slice(10)}\n` });
  }
  expect(await run(folder, 'cli/ledger-check')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining(' at the command line: A court said so.)\n') as string,
  });
  const status = await run(folder, 'cli/db-status', { args: ['--json'] });
  const told = JSON.parse(status.stdout) as { healthy: boolean; findings: unknown[]; acknowledgedFindings: unknown[] };
  expect(told).toMatchObject({ healthy: true, findings: [] });
  expect(told.acknowledgedFindings.length).toBeGreaterThan(0);
  await server.end('SIGTERM');
});

describe('with a server that runs', () => {
  let folder: string;
  let server: Server;

  beforeEach(async () => {
    folder = newFolder();
    server = await Server.start(folder);
  });

  const create = (email: string, role: string, input: string): Promise<Ended> =>
    run(folder, 'cli/user-create', { args: ['--email', email, '--name', 'A member', '--role', role], input });

  test('user:create makes an account that can sign in, the password from a pipe', async () => {
    const { code, stdout, stderr } = await create('otto@example.com', 'OPERATOR', 'a long enough password\n');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\n$/) as string });
    expect(stderr).toBe(`Created OPERATOR otto@example.com with id ${stdout.trim()}.\n`);
    const otto = await Client.signIn(server.url, 'otto@example.com', 'a long enough password');
    expect(otto.id).toBe(stdout.trim());

    const refusals: [Ended, number, RegExp][] = [
      [await create('weak@example.com', 'INVESTOR', 'short\n'), 1, /^The password must have 8 to 256 characters\.\n$/],
      [
        await create('otto@example.com', 'INVESTOR', 'another password\n'),
        1,
        /^An account .*otto@example\.com.* exists already\.\n$/,
      ],
      [await create('not an address', 'INVESTOR', 'another password\n'), 1, /^The email must be an address .*\n$/],
      [
        await create('second@example.com', 'COMPANY', 'another password\n'),
        2,
        /'COMPANY' is invalid\. Allowed choices are [^\n]+\n$/,
      ],
      [await create('none@example.com', 'INVESTOR', ''), 2, /^No password was given: .*\n$/],
    ];
    for (const [ended, expectedCode, message] of refusals) {
      expect(ended).toMatchObject({ code: expectedCode, stdout: '', stderr: expect.stringMatching(message) as string });
      expect(ended.stderr).toMatch(ONE_LINE);
    }
    const query = await openSql(folder);
    expect(await query('SELECT COUNT(*) AS accounts FROM users')).toEqual([{ accounts: '3' }]);
    expect(await query('SELECT COUNT(*) AS operations FROM operations')).toEqual([{ operations: '0' }]);
  });

  test('user:password sets a password, and older tokens stop working', async () => {
    const set = (email: string, input: string): Promise<Ended> =>
      run(folder, 'cli/user-password', { args: ['--email', email], input });
    const before = await server.signIn();
    expect(await set('Admin@example.com', 'a quite new password\n')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'ADMIN admin@example.com has the new password.\n',
    });
    expect((await before.refused('{ me { id } }')).code).toBe('UNAUTHENTICATED');
    const admin = await Client.signIn(server.url, 'admin@example.com', 'a quite new password');
    expect(admin.id).toBe(before.id);
    const refusals: [Ended, number, RegExp][] = [
      [
        await set('nobody@example.com', 'another password\n'),
        1,
        /^There is no account with the email "nobody@example\.com"\.\n$/,
      ],
      [await set('admin@example.com', 'short\n'), 1, /^The password must have 8 to 256 characters\.\n$/],
      [await set('admin@example.com', ''), 2, /^No password was given: .*\n$/],
      [await set('company@motorpool.invalid', 'another password\n'), 1, /^Nobody signs in as the COMPANY: .*\n$/],
    ];
    for (const [ended, code, message] of refusals) {
      expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) as string });
    }
    await Client.signIn(server.url, 'admin@example.com', 'a quite new password');
  });

  test("TypeORM's command line shows the migrations", async () => {
    const { ended } = start(folder, '', {
      command: [process.execPath, path.join(ROOT, 'node_modules', 'typeorm', 'cli.js')],
      args: ['migration:show', '-d', 'dist/ormconfig.js'],
      cwd: ROOT,
    });
    const { code, stdout } = await ended;
    expect(stdout).toMatch(/\[X\] \d+ Ledger/);
    expect(stdout).not.toContain('[ ]');
    expect(code).toBe(0);
  });
});
