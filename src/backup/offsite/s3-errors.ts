import { BackupError, reasonOf } from '../core/errors';
import type { S3Access, S3Place } from './settings';

/** What the storage's error codes mean to the person who runs the server. */
const MEANINGS: Readonly<Record<string, (place: S3Place) => string>> = {
  NoSuchBucket: ({ bucket }) => `the bucket ${bucket} does not exist`,
  NoSuchKey: () => 'there is no such file',
  NotFound: () => 'there is no such file',
  InvalidAccessKeyId: () => 'the storage does not know the key of AWS_ACCESS_KEY_ID',
  SignatureDoesNotMatch: () => 'AWS_SECRET_ACCESS_KEY is not the secret of AWS_ACCESS_KEY_ID',
  ExpiredToken: () => 'AWS_SESSION_TOKEN has expired',
  InvalidToken: () => 'AWS_SESSION_TOKEN is not valid',
  AccessDenied: ({ bucket }) => `the account may not do this in the bucket ${bucket} (AccessDenied)`,
  PermanentRedirect: ({ bucket }) => `the bucket ${bucket} is not in the region of AWS_REGION`,
  AuthorizationHeaderMalformed: ({ bucket }) => `the bucket ${bucket} is not in the region of AWS_REGION`,
  RequestTimeTooSkewed: () => "this machine's clock is wrong",
};
const UNREACHABLE = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'ECONNRESET',
];

/** The failure in words, without a secret. */
export function explainS3(error: unknown, place: S3Place, access: S3Access): BackupError {
  if (error instanceof BackupError) return error;
  const { name = '' } = (error ?? {}) as Partial<Error>;
  const code = codeOf(error, reasonOf(error));
  const host = access.endpoint === null ? 'the storage' : new URL(access.endpoint).host;
  const known = MEANINGS[name] ?? MEANINGS[code];
  if (known !== undefined) return new BackupError(`${known(place)}.`, { cause: error });
  if (UNREACHABLE.includes(code)) return new BackupError(`${host} cannot be reached (${code}).`, { cause: error });
  if (name === 'TimeoutError') return new BackupError(`${host} does not answer.`, { cause: error });
  const said = name === 'Error' ? reasonOf(error) : `${name}, ${reasonOf(error)}`;
  return new BackupError(`${host} answered: ${withoutSecrets(said, access)}.`, { cause: error });
}

/** The library may wrap a failure of the network so that only its text is left. */
function codeOf(error: unknown, text: string): string {
  const { code } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  return code ?? UNREACHABLE.find((each) => text.includes(each)) ?? '';
}

/** True if the storage or the account lacks this service. Callers then use another way instead of failing. */
export function isNotServed(error: unknown): boolean {
  const { name = '' } = ((error instanceof Error && error.cause) || {}) as { name?: string };
  return ['NotImplemented', 'AccessDenied', 'MethodNotAllowed'].includes(name);
}

function withoutSecrets(text: string, { secretAccessKey, sessionToken }: S3Access): string {
  const secrets = [secretAccessKey, sessionToken].filter((secret) => secret !== null && secret !== '');
  return secrets.reduce<string>((shown, secret) => shown.replaceAll(secret ?? '', '...'), text);
}
