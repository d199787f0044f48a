import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { listBackups } from '../../src/backup/files/catalogue';
import { copyBackups } from '../../src/backup/offsite/copy';
import { withPlainBackup } from '../../src/backup/offsite/fetch';
import type { S3Access } from '../../src/backup/offsite/settings';
import { copyStatus } from '../../src/backup/offsite/status';
import { ObjectStorage } from '../support/object-storage';
import { placeBackup } from './backup-files';
import { ageProgram, copiesIn, makeIdentity, openCopyBench, type CopyBench } from './copy-support';
import { rejection } from './support';

let storage: ObjectStorage;
let client: S3Client;
beforeAll(async () => {
  storage = await ObjectStorage.start();
  client = storage.client();
}, 300_000);
afterAll(async () => {
  client.destroy();
  await storage.stop();
});

let bench: CopyBench;
let prefix: string;
beforeEach(async () => {
  prefix = `pool-${randomBytes(4).toString('hex')}/`;
  bench = await openCopyBench({ target: { kind: 's3', bucket: storage.bucket, prefix }, s3: storage.access }, 3);
});
afterEach(() => {
  bench.close();
});

const place = (second: number, sql?: string): string => {
  const at = new Date(Date.UTC(2026, 10, 23, 1, 2, second));
  const fields = { pool: 'pool-1', lastOperation: { number: second, uid: `uid-${second}` }, startedAt: at };
  return placeBackup(bench.settings.directory, at, sql === undefined ? fields : { ...fields, sql });
};
const keys = async (): Promise<string[]> => {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: storage.bucket, Prefix: prefix }));
  return Contents.map(({ Key = '' }) => Key.slice(prefix.length)).sort();
};
const content = async (name: string): Promise<Buffer> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: storage.bucket, Key: `${prefix}${name}` }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};
const uploads = async (): Promise<string[]> => {
  const { Uploads = [] } = await client.send(
    new ListMultipartUploadsCommand({ Bucket: storage.bucket, Prefix: prefix }),
  );
  return Uploads.map(({ Key = '' }) => Key.slice(prefix.length));
};
const copy = (change = {}) => copyBackups({ ...bench.dependencies, ...change });
const failure = async (change: Partial<S3Access> = {}, bucket = storage.bucket): Promise<string> => {
  const { message } = await rejection(
    copy({ copy: { ...bench.copy, target: { kind: 's3', bucket, prefix }, s3: { ...storage.access, ...change } } }),
  );
  return message.replace(/^Copying the backups to s3:\S+ failed: /, '');
};

test('copies arrive, are read back, rotate, and what lies elsewhere in the bucket is left alone', async () => {
  const strangers = ['notes.txt', 'deeper/db_backup-2026-11-23_01-02-01-op1-verified-00000000-000000000000.sql.gz'];
  for (const name of strangers) {
    await client.send(new PutObjectCommand({ Bucket: storage.bucket, Key: `${prefix}${name}`, Body: 'x' }));
  }
  const files = [1, 2, 3, 4].map((second) => place(second));
  expect((await copy()).copied).toHaveLength(3);
  place(5);
  const { copied, rotated } = await copy();
  expect([copied.length, rotated.length]).toEqual([1, 1]);
  const names = copiesIn(await keys());
  expect(names.map((name) => Number(/op(\d+)/.exec(name)?.[1]))).toEqual([3, 4, 5]);
  expect(await keys()).toEqual([...names, ...names.map((name) => `${name}.sha256`), ...strangers].sort());
  const opened = execFileSync('gunzip', ['--stdout'], { input: await content(names[1] ?? '') });
  expect(opened).toEqual(readFileSync(files[3] ?? ''));
  expect((await copy()).copied).toEqual([]);
  expect(await copyStatus(bench.settings, bench.copy, await listBackups(bench.settings.directory))).toEqual({
    to: `s3://${storage.bucket}/${prefix.slice(0, -1)}`,
    newest: `s3://${storage.bucket}/${prefix}${names[2] ?? ''}`,
    count: 3,
    copied: 3,
    running: false,
    problem: null,
  });
});

test('a large one goes in several parts, encrypted, and comes back as it was', async () => {
  // It does not compress, and is longer than three parts.
  const noise = randomBytes(24 * 2 ** 20)
    .toString('base64')
    .replace(/.{76}/g, '-- $&\n');
  const file = place(1, `${noise}\n-- Dump completed on 2026-11-23  1:02:03\n`);
  const { recipient, file: identityFile } = await makeIdentity(bench.target);
  const { copied } = await copy({ copy: { ...bench.copy, recipients: [recipient] } });
  const [name = ''] = copied;
  const stored = await content(name);
  expect(stored.length).toBeGreaterThan(2 * 8 * 2 ** 20);
  const opened = execFileSync(await ageProgram('age'), ['--decrypt', '--identity', identityFile], {
    input: stored,
    maxBuffer: 2 ** 26,
  });
  expect(execFileSync('gunzip', ['--stdout'], { input: opened, maxBuffer: 2 ** 26 }).equals(readFileSync(file))).toBe(
    true,
  );
  const source = `s3://${storage.bucket}/${prefix}${name}`;
  const request = { source, settings: bench.settings, copy: { s3: storage.access, identityFile } };
  expect(
    await withPlainBackup(request, (plain) => Promise.resolve(readFileSync(plain).equals(readFileSync(file)))),
  ).toBe(true);
});

test('what a killed upload left in the storage is cleared', async () => {
  place(1);
  const { copied } = await copy();
  const [name = ''] = copied;
  place(2);
  const other = name.replace(/[0-9a-f]{12}\.sql/, '0123456789ab.sql');
  for (const key of [name, other, 'strange']) {
    await client.send(new CreateMultipartUploadCommand({ Bucket: storage.bucket, Key: `${prefix}${key}` }));
  }
  await copy();
  // Another server may be at work on that one, and the last is none of ours.
  expect((await uploads()).sort()).toEqual([other, 'strange'].sort());
});

test('a storage that is away is a failure in words, and is caught up with when it is back', async () => {
  place(1);
  await storage.goAway();
  try {
    expect(await failure()).toBe(`${new URL(storage.access.endpoint).host} cannot be reached (ECONNREFUSED).`);
  } finally {
    await storage.comeBack();
  }
  expect((await copy()).copied).toHaveLength(1);
});

test('a storage that goes away in mid-copy costs that copy alone', async () => {
  place(1);
  place(2);
  let copied = 0;
  const onStep = async (step: string): Promise<void> => {
    if (step === 'stored' && copied++ === 1) await storage.goAway();
  };
  try {
    const { message } = await rejection(copy({ onStep }));
    expect(message).toMatch(/cannot be reached/);
  } finally {
    await storage.comeBack();
  }
  expect((await keys()).filter((name) => name.endsWith('.sha256'))).toHaveLength(1);
  expect((await copy()).copied).toHaveLength(1);
  expect((await keys()).filter((name) => name.endsWith('.sha256'))).toHaveLength(2);
});

test('wrong keys and a bucket that does not exist are named, secrets never', async () => {
  place(1);
  const secretAccessKey = 'hunter2-hunter2';
  expect(await failure({ secretAccessKey })).toBe('AWS_SECRET_ACCESS_KEY is not the secret of AWS_ACCESS_KEY_ID.');
  expect(await failure({}, 'no-such-bucket')).toBe('the bucket no-such-bucket does not exist.');
  expect(readFileSync(bench.settings.logFile, 'utf8')).not.toMatch(/hunter2|a-secret-of-the-storage/);
});

test('a copy that is not there, and one that nobody may read, are named', async () => {
  const source = `s3://${storage.bucket}/${prefix}none.sql.gz`;
  const request = { source, settings: bench.settings, copy: { s3: storage.access, identityFile: null } };
  const never = () => Promise.reject(new Error('never'));
  expect((await rejection(withPlainBackup(request, never))).message).toBe(
    `The backup ${source} cannot be read: there is no such file.`,
  );
  const without = { ...request, copy: { s3: null, identityFile: null } };
  expect((await rejection(withPlainBackup(without, never))).message).toBe(
    `AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set for s3://${storage.bucket}.`,
  );
});
