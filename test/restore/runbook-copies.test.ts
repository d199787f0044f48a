import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { embeddedAddress } from '../../src/database/embedded/embedded';
import { ageProgram, copiesIn, makeIdentity } from '../backup/copy-support';
import { putNpm, runBlock } from '../docs/run-block';
import { clearUp, newFolder, openSql, run, Server } from '../process/programs';
import { ObjectStorage } from '../support/object-storage';
import { waitFor } from '../support/wait';
import { blocksOf, openPool, statusOf } from './runbook';

const HEADING = 'The disk is lost, and `BACKUP_COPY_TO` kept copies';
/** What the runbook calls the file that holds the age identity. */
const IDENTITY = '~/motorpool-identity.txt';

let storage: ObjectStorage;
beforeAll(async () => {
  storage = await ObjectStorage.start();
}, 300_000);
afterAll(() => storage.stop());
afterEach(clearUp);

/** A place that copies are kept in, with what its users set, and the names of what lies there. */
interface Target {
  to: string;
  settings: Record<string, string>;
  names: () => Promise<string[]>;
}

function folderTarget(): Target {
  const to = path.join(newFolder(), 'copies');
  mkdirSync(to);
  return { to, settings: {}, names: () => Promise.resolve(readdirSync(to)) };
}

function storageTarget(): Target {
  const { bucket, access } = storage;
  const settings = {
    BACKUP_S3_ENDPOINT: access.endpoint,
    AWS_ACCESS_KEY_ID: access.accessKeyId,
    AWS_SECRET_ACCESS_KEY: access.secretAccessKey,
  };
  const names = async (): Promise<string[]> => {
    const client = storage.client();
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'motorpool/' }));
    client.destroy();
    return Contents.map(({ Key = '' }) => path.basename(Key));
  };
  return { to: `s3://${bucket}/motorpool`, settings, names };
}

/** A block as whoever has lost that disk would type it. */
function typed(block: string, copy: string, identity: string): string {
  const own = block.replace(/^COPY=.*$/m, `COPY=${copy}`).replaceAll(IDENTITY, identity);
  expect([own.includes(`COPY=${copy}`), own.includes(identity)]).toEqual([true, true]);
  return own;
}

/** A pool whose machine is gone; of it there are encrypted copies, and the identity that opens them. */
async function lose({ to, settings, names }: Target): Promise<{ copy: string; identity: string; member: string }> {
  const { recipient, file: identity } = await makeIdentity(newFolder());
  const { folder, server, member } = await openPool({
    ...settings,
    BACKUP_COPY_TO: to,
    BACKUP_COPY_RECIPIENT: recipient,
  });
  const name = await waitFor('the copy of operation 7', async () => {
    const there = await names();
    // The checksum comes last.
    return copiesIn(there).find((each) => each.includes('-op7-') && there.includes(`${each}.sha256`));
  });
  await server.end('SIGTERM');
  rmSync(path.join(folder, 'storage'), { recursive: true });
  return { copy: `${to}/${name}`, identity, member };
}

test.each([
  ['a folder', folderTarget],
  ['a storage', storageTarget],
])('copies in %s', async (_where, openTarget) => {
  const target = openTarget();
  const { copy, identity, member } = await lose(target);
  const fresh = newFolder();
  putNpm(fresh);
  const withCopies = { ...target.settings, BACKUP_COPY_TO: target.to };
  const before = await run(fresh, 'cli/db-status', { settings: withCopies });
  expect(before.stdout).toContain(`Newest copy: ${copy}\n`);

  const [restore = ''] = blocksOf(HEADING, 2);
  const { code, stdout, stderr } = await runBlock(fresh, typed(restore, copy, identity), target.settings);
  expect(stderr).toContain(`  file        ${copy}\n`);
  expect(stdout).toMatch(/^PROVEN .*operations up to 7\nRestored motorpool: operations up to 7\.\nHealthy\./);
  expect(code).toBe(0);
  const server = await Server.start(fresh, withCopies);
  const admin = await server.signIn();
  expect(await admin.holding(member)).toBe('1025.00 at 100.0000');
  expect(await statusOf(admin)).toMatchObject({ healthy: true, lastOperation: 7, coveredThrough: 7 });
});

test('copies in a folder, without our commands', async () => {
  const target = folderTarget();
  const { copy, identity } = await lose(target);
  const fresh = newFolder();
  await Server.start(fresh);
  const query = await openSql(fresh);
  await query('CREATE DATABASE by_hand');
  const [, byHand = ''] = blocksOf(HEADING, 2);
  const { socketPath = '' } = embeddedAddress(path.join(fresh, 'storage'));
  const block = `COPY=${copy}\ncd ${target.to} && sha256sum --check "$(basename "$COPY").sha256"\n${byHand}`
    .replace(/^age /m, `${await ageProgram('age')} `)
    .replace('mariadb -u USER -p DATABASE', `mariadb --no-defaults --socket=${socketPath} by_hand`);
  expect(await runBlock(fresh, block.replaceAll(IDENTITY, identity))).toMatchObject({
    code: 0,
    stdout: `${path.basename(copy)}: OK\n`,
  });
  expect(await query('SELECT lastOperation FROM by_hand.pool')).toEqual([{ lastOperation: 7 }]);
});
