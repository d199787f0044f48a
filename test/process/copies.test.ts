import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { copiesIn, isConsistent, makeIdentity, type Identity } from '../backup/copy-support';
import { copyTools } from '../support/object-storage';
import { allProcesses } from '../support/processes';
import { waitFor } from '../support/wait';
import { backupLog, backupsIn, clearUp, newFolder, processesOf, run, Server } from './programs';

beforeAll(copyTools, 300_000);
afterEach(clearUp);

interface Status {
  healthy: boolean;
  problem: string | null;
}

/** A folder with a server's storage in it, one for the copies, and the key that they are encrypted to. */
async function prepare(): Promise<{
  folder: string;
  target: string;
  identity: Identity;
  settings: Record<string, string>;
}> {
  const folder = newFolder();
  const target = path.join(folder, 'copies');
  mkdirSync(target);
  const identity = await makeIdentity(folder);
  const settings = { BACKUP_COPY_TO: target, BACKUP_COPY_RECIPIENT: identity.recipient, BACKUP_VERIFY: 'checksum' };
  return { folder, target, identity, settings };
}

/** Without the copy of a new pool's first backup. */
const copies = (target: string): string[] =>
  copiesIn(readdirSync(target))
    .filter((name) => !name.includes('-op0-'))
    .sort();
const complete = (target: string, count: number): Promise<boolean> =>
  waitFor(`${count} copies`, () => copies(target).length === count && isConsistent(target));

test('an operation is followed by an encrypted copy, from which a fresh machine restores', async () => {
  const { folder, target, identity, settings } = await prepare();
  const server = await Server.start(folder, settings);
  const admin = await server.signIn();
  const { id } = await admin.createUser('INVESTOR');
  await admin.deposit(id, '1000.00');
  await complete(target, 1);
  const [name = ''] = copies(target);
  expect(name).toMatch(/-op1-unverified-[0-9a-f]{8}-[0-9a-f]{12}\.sql\.gz\.age$/);
  await server.end('SIGTERM');
  expect(processesOf(folder)).toEqual([]);

  const fresh = newFolder();
  const copy = path.join(target, name);
  const without = await run(fresh, 'cli/db-restore', { args: [copy, '--yes'] });
  expect(without.stderr).toBe(
    `${copy} is encrypted: name the file that holds its age identity with --identity or BACKUP_COPY_IDENTITY_FILE.\n`,
  );
  expect(without.code).toBe(1);
  const verified = await run(fresh, 'cli/db-verify', { args: [copy, '--identity', identity.file] });
  expect([verified.stdout, verified.code]).toEqual([
    expect.stringMatching(/^PROVEN +db_backup-.* operations up to 1\n$/),
    0,
  ]);
  const dry = await run(fresh, 'cli/db-restore', {
    args: [copy, '--dry-run'],
    settings: { BACKUP_COPY_IDENTITY_FILE: identity.file },
  });
  expect(dry.stderr).toContain(`  file        ${copy}\n`);
  expect(dry.stderr).not.toContain('fetched-');
  const restored = await run(fresh, 'cli/db-restore', { args: [copy, '--identity', identity.file, '--yes'], settings });
  expect(restored.stdout).toBe('Restored motorpool: operations up to 1.\n');
  expect(backupLog(fresh)).not.toContain('fetched-');
  expect(
    readdirSync(path.join(fresh, 'storage', 'app', '.backup-work')).filter((each) => each.endsWith('.sql')),
  ).toEqual([]);

  // It is the same pool, which goes on with its copies: those of the restored state are there already.
  expect(await run(fresh, 'cli/db-status', { settings })).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Healthy\./) as string,
  });
  const made = await run(fresh, 'cli/db-backup', { settings });
  expect([made.code, made.stderr]).toEqual([0, '']);
  const pools = new Set(copies(target).map((each) => /verified-([0-9a-f]{8})-/.exec(each)?.[1]));
  expect([copies(target).length > 1, pools.size]).toEqual([true, 1]);
  const status = await run(fresh, 'cli/db-status', { settings });
  expect([status.stdout, status.code]).toEqual([
    expect.stringContaining(`Newest copy: ${path.join(target, copies(target).at(-1) ?? '')}\n`),
    0,
  ]);
});

test('a target that is away is told everywhere, costs no backup, and is caught up with', async () => {
  const { folder, target, settings } = await prepare();
  const told: string[] = [];
  const hook = createServer((request, response) => {
    void text(request).then((body) => {
      told.push((JSON.parse(body) as { event: string }).event);
      response.end();
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
    const server = await Server.start(folder, { ...settings, BACKUP_WEBHOOK_URL: url });
    const admin = await server.signIn();
    const status = async (): Promise<Status> =>
      (await admin.administer<{ backupStatus: Status }>('{ backupStatus { healthy problem } }')).backupStatus;
    const away = `${target}.away`;
    renameSync(target, away);
    const { id } = await admin.createUser('INVESTOR');
    await admin.deposit(id, '1000.00');
    const problem = `Copying the backups to ${target} failed: the folder does not exist: make it, or mount the disk that holds it.`;
    await waitFor('the failure', async () => (await status()).problem === problem);
    await waitFor('the first backup', () => backupsIn(folder).length === 1);
    // More fail, and none holds up a backup.
    await admin.deposit(id, '1.00');
    await waitFor('the second backup', () => backupsIn(folder).length === 2);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toMatch(/^motorpool_backup_copy_failures_in_a_row [1-9]/m);
    expect(metrics).toMatch(/^motorpool_backup_failures_in_a_row 0$/m);
    expect(metrics).toMatch(/^motorpool_backup_healthy 0$/m);
    expect(backupLog(folder)).toMatch(
      / WARN The copy is tried again in [\d.]+ s \(1 failed\): Copying the backups to /,
    );
    const asked = await run(folder, 'cli/db-status', { settings });
    expect([asked.code, asked.stdout.replaceAll('\n', ' ')]).toEqual([1, expect.stringContaining('cannot be seen')]);
    await waitFor('the webhook', () => told.includes('copy.failing'));
    renameSync(away, target);
    await complete(target, 2);
    await waitFor('the recovery', async () => (await status()).healthy);
    await waitFor('the webhook', () => told.includes('copy.recovered'));
    expect(told).toEqual(['copy.failing', 'copy.recovered']);
  } finally {
    hook.close();
  }
});

test('a server that was killed before the copy makes it at the next start', async () => {
  const { folder, target, settings } = await prepare();
  const server = await Server.start(folder, { BACKUP_VERIFY: 'checksum' });
  const admin = await server.signIn();
  const { id } = await admin.createUser('INVESTOR');
  await admin.deposit(id, '1000.00');
  await waitFor('the backup', () => backupsIn(folder).length === 1);
  await server.end('SIGKILL');
  await Server.start(folder, settings);
  await complete(target, 1);
});

test('the secrets of a storage are in no argument, no environment, no log', async () => {
  const { folder, target } = await prepare();
  const secret = 'a-secret-that-stands-nowhere';
  const server = await Server.start(folder, {
    BACKUP_COPY_TO: 's3://bucket/prefix',
    BACKUP_S3_ENDPOINT: 'http://127.0.0.1:9',
    AWS_ACCESS_KEY_ID: 'the-key',
    AWS_SECRET_ACCESS_KEY: secret,
  });
  await waitFor('a failure', () => backupLog(folder).includes('Copying the backups to s3://bucket/prefix failed'));
  for (const { pid, command, environment } of allProcesses()) {
    expect(command).not.toContain(secret);
    // The one that was started with it.
    if (pid !== server.pid) expect(environment).not.toContain(secret);
  }
  expect(backupLog(folder) + server.stdout + server.stderr).not.toContain(secret);
  expect(copies(target)).toEqual([]);
});
