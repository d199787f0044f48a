import path from 'node:path';
import { bech32Prefix } from '../values/bech32';
import { parseDuration } from './duration';
import { parseS3Url, type CopySettings, type CopyTarget, type S3Access } from '../backup/offsite/settings';

type Given = Readonly<Record<string, string | undefined>>;

const TARGET = 'must be a folder, or s3://bucket/prefix';

/** The names of the settings about off-site copies, for code that reads the environment. */
export const COPY_SETTINGS = [
  'BACKUP_COPY_TO',
  'BACKUP_COPY_RECIPIENT',
  'BACKUP_COPY_IDENTITY_FILE',
  'BACKUP_S3_ENDPOINT',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_REGION',
  'DRILL_EVERY',
] as const;

/**
 * Parses the settings about off-site copies. No message repeats a value: a person may have pasted a secret into the wrong
 * setting.
 * @param fail called with the setting's name and what it must be
 */
export function parseCopySettings(
  given: Given,
  storageDir: string,
  fail: (name: string, must: string) => never,
): CopySettings {
  const target = parseTarget(given.BACKUP_COPY_TO, storageDir, fail);
  const s3 = parseAccess(given, fail);
  if (target?.kind === 's3' && s3 === null) {
    const name = given.AWS_ACCESS_KEY_ID === undefined ? 'AWS_ACCESS_KEY_ID' : 'AWS_SECRET_ACCESS_KEY';
    fail(name, 'must be set where BACKUP_COPY_TO is an s3:// URL');
  }
  const recipients = (given.BACKUP_COPY_RECIPIENT ?? '').split(/[\s,]+/).filter((recipient) => recipient !== '');
  if (!recipients.every(isAgeRecipient)) {
    fail('BACKUP_COPY_RECIPIENT', 'must be an age recipient, as age-keygen prints it ("age1..."), or several');
  }
  const identityFile = given.BACKUP_COPY_IDENTITY_FILE;
  const drillEveryMs = drillTime(given.DRILL_EVERY ?? '7d');
  if (drillEveryMs === null)
    fail('DRILL_EVERY', 'must be a time such as 12h or 7d, from a minute (1m) on, or 0 for none');
  return {
    target,
    recipients,
    s3,
    identityFile: identityFile === undefined ? null : path.resolve(identityFile),
    drillEveryMs,
  };
}

/**
 * What the start says about a storage that is asked over plain http, on another machine: secret keys never
 * travel, but copies do, and something on the way can answer in the storage's place.
 * @returns nothing, or one sentence
 */
export function warnOfPlainHttp({ target, s3, recipients }: CopySettings): string[] {
  if (target?.kind !== 's3' || s3?.endpoint?.startsWith('http:') !== true) return [];
  const { hostname } = new URL(s3.endpoint);
  if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)) return [];
  const risk =
    recipients.length > 0
      ? 'others on the way see the names of the copies, and can keep copies from arriving'
      : 'others on the way can read every copy. Set an https endpoint, or BACKUP_COPY_RECIPIENT to encrypt copies';
  return [`BACKUP_S3_ENDPOINT is a plain http address: ${risk}.`];
}

/**
 * Parses where copies are kept, as BACKUP_COPY_TO names it.
 * @param fail called with the setting's name and what it must be
 */
export function parseTarget(
  to: string | undefined,
  storageDir: string,
  fail: (name: string, must: string) => never,
): CopyTarget | null {
  if (to === undefined) return null;
  if (to.startsWith('s3:')) {
    const url = parseS3Url(to) ?? fail('BACKUP_COPY_TO', TARGET);
    const prefix = url.path.replace(/\/+$/, '');
    return { kind: 's3', bucket: url.bucket, prefix: prefix === '' ? '' : `${prefix}/` };
  }
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(to)) fail('BACKUP_COPY_TO', TARGET);
  const directory = path.resolve(to);
  if (`${directory}/`.startsWith(`${path.resolve(storageDir)}/`)) {
    fail('BACKUP_COPY_TO', 'must be a folder outside of STORAGE_DIR');
  }
  return { kind: 'directory', directory };
}

/** In ms; null where the text is none. */
function drillTime(text: string): number | null {
  if (text === '0') return 0;
  const ms = parseDuration(text);
  return ms === null || ms < 60_000 ? null : ms;
}

function parseAccess(given: Given, fail: (name: string, must: string) => never): S3Access | null {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = given;
  const endpoint = given.BACKUP_S3_ENDPOINT ?? null;
  if (endpoint !== null && !isEndpoint(endpoint)) {
    fail('BACKUP_S3_ENDPOINT', 'must be an http or https URL without user, path or query');
  }
  // One of the two alone may be set for another program.
  if (accessKeyId === undefined || secretAccessKey === undefined) return null;
  // Self-hosted S3 servers have no regions, and all of them accept this name.
  const region = given.AWS_REGION ?? 'us-east-1';
  if (!/^[a-z0-9-]{1,40}$/.test(region)) fail('AWS_REGION', 'must be the name of a region such as eu-central-1');
  return { endpoint, region, accessKeyId, secretAccessKey, sessionToken: given.AWS_SESSION_TOKEN ?? null };
}

function isEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, pathname, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '' && pathname === '/';
}

/** A public key of age, also a post-quantum one. The checksum in it finds a character that was mistyped. */
function isAgeRecipient(text: string): boolean {
  return ['age', 'age1pq'].includes(bech32Prefix(text) ?? '');
}
