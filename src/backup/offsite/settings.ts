/** Where copies of the backups are kept, and how they are read and written. */
export interface CopySettings {
  /** null: no copies are kept. */
  target: CopyTarget | null;
  /** The age recipients that the copies are encrypted to; empty: they are not encrypted. */
  recipients: string[];
  /** null: no storage can be asked. */
  s3: S3Access | null;
  /** The file that holds the age identities which open encrypted copies. Nothing that makes copies reads it. */
  identityFile: string | null;
  /** The newest copy is restored once in this time, in ms; 0: never. */
  drillEveryMs: number;
}

export type CopyTarget = { kind: 'directory'; directory: string } | ({ kind: 's3' } & S3Place);

export interface S3Place {
  bucket: string;
  /** What stands before each name: empty, or with a "/" at its end. */
  prefix: string;
}

export interface S3Access {
  /** null: that of the region at AWS. */
  endpoint: string | null;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | null;
}

const S3_URL = /^s3:\/\/([A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9])(?:\/([^?#]*))?$/;

/** "s3://bucket/some/where" taken apart; null where it is no such URL. */
export function parseS3Url(url: string): { bucket: string; path: string } | null {
  const match = S3_URL.exec(url);
  return match === null ? null : { bucket: match[1] ?? '', path: (match[2] ?? '').replace(/^\/+/, '') };
}

/** The target as people name it. */
export function describeTarget(target: CopyTarget): string {
  return target.kind === 'directory' ? target.directory : `s3://${target.bucket}/${target.prefix}`.replace(/\/$/, '');
}
