import type { CopySettings } from '../src/backup/offsite/settings';
import { loadConfig } from '../src/config/config';
import { warnOfPlainHttp } from '../src/config/copy-settings';
import { SettingError } from '../src/config/read-setting';

const NO_COPIES = { target: null, recipients: [], s3: null, identityFile: null, drillEveryMs: 604_800_000 };
const RECIPIENT = 'age1t4yy4jhrrlv66kfm3gqdugfndn247eegrcc202l255zr0amh35cqjj30qv';

function complaint(environment: Record<string, string>): string {
  try {
    loadConfig(environment);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    return error.message;
  }
  throw new Error(`expected a complaint about ${JSON.stringify(environment)}`);
}

describe('settings of the copies', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIA0', AWS_SECRET_ACCESS_KEY: 'hunter2' };
  const copy = (environment: Record<string, string>): CopySettings => loadConfig(environment).backup.copy;

  test('a folder', () => {
    expect(copy({ BACKUP_COPY_TO: '/mnt/copies/' })).toEqual({
      ...NO_COPIES,
      target: { kind: 'directory', directory: '/mnt/copies' },
    });
  });

  test.each([
    ['s3://bucket', ''],
    ['s3://bucket/', ''],
    ['s3://bucket/some/where', 'some/where/'],
    ['s3://bucket/some/where/', 'some/where/'],
  ])('%s', (url, prefix) => {
    expect(copy({ BACKUP_COPY_TO: url, ...keys, BACKUP_S3_ENDPOINT: 'https://s3.example.com' })).toEqual({
      ...NO_COPIES,
      target: { kind: 's3', bucket: 'bucket', prefix },
      s3: {
        endpoint: 'https://s3.example.com',
        region: 'us-east-1',
        accessKeyId: 'AKIA0',
        secretAccessKey: 'hunter2',
        sessionToken: null,
      },
    });
  });

  test('a storage needs both keys, which other programs may need without us', () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = keys;
    const to = { BACKUP_COPY_TO: 's3://bucket' };
    expect(complaint(to)).toMatch(/^AWS_ACCESS_KEY_ID must be set where/);
    expect(complaint({ ...to, AWS_ACCESS_KEY_ID })).toMatch(/^AWS_SECRET_ACCESS_KEY must be set where/);
    expect(copy({ AWS_SECRET_ACCESS_KEY })).toEqual(NO_COPIES);
  });

  test('recipients and the identity', () => {
    expect(
      copy({ BACKUP_COPY_RECIPIENT: `${RECIPIENT}, ${RECIPIENT}`, BACKUP_COPY_IDENTITY_FILE: '/root/key.txt' }),
    ).toEqual({ ...NO_COPIES, recipients: [RECIPIENT, RECIPIENT], identityFile: '/root/key.txt' });
  });

  test.each([
    [
      'http://minio.example.com:9000',
      '',
      /^BACKUP_S3_ENDPOINT is a plain http address: others .* can read every copy\./,
    ],
    [
      'http://10.0.0.7',
      RECIPIENT,
      /^BACKUP_S3_ENDPOINT is a plain http address: others .* see the names of the copies/,
    ],
  ])('%s is warned of, to "%s"', (endpoint, recipient, warning) => {
    const to = { BACKUP_COPY_TO: 's3://bucket', ...keys, BACKUP_S3_ENDPOINT: endpoint };
    expect(warnOfPlainHttp(copy({ ...to, BACKUP_COPY_RECIPIENT: recipient }))).toEqual([
      expect.stringMatching(warning),
    ]);
  });

  test.each(['https://s3.example.com', 'http://localhost:9000', 'http://127.0.0.1:9000', 'http://[::1]:9000'])(
    '%s is not warned of',
    (endpoint) => {
      const to = { BACKUP_COPY_TO: 's3://bucket', ...keys, BACKUP_S3_ENDPOINT: endpoint };
      expect(warnOfPlainHttp(copy(to))).toEqual([]);
      expect(warnOfPlainHttp(copy({ ...to, BACKUP_COPY_TO: '/mnt/copies' }))).toEqual([]);
    },
  );
});
