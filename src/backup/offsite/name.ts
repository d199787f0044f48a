import { createHash } from 'node:crypto';
import type { Backup } from '../files/catalogue';
import { timeOfFilename } from '../files/filename';

/** The facts in a copy's name. A copy may be encrypted, so its name is all that a listing can use. */
export interface CopyName {
  name: string;
  /** Every operation up to this number is in it. */
  operation: number;
  /** The backup had been restored for a test when it was copied. */
  verified: boolean;
  /** The pool's tag: several pools may share one target. */
  pool: string;
  encrypted: boolean;
}

const PATTERN =
  /^(db_backup-[0-9_-]{19})-op(\d{1,10})-(verified|unverified)-([0-9a-f]{8})-[0-9a-f]{12}\.sql\.gz(\.age)?$/;
const CHECKSUM = '.sha256';

/**
 * The name of that backup's copy: when, up to which operation, verified or not, of which pool, and an id of its own, as
 * two servers may give one name to two backups. The same backup always gets the same name.
 */
export function copyName(backup: Backup, encrypted: boolean): string {
  const { filename, lastOperation, verifiedAt, startedAt, createdAt, sha256 } = backup;
  const id = digest([sha256, startedAt.toISOString(), createdAt.toISOString(), lastOperation.uid ?? ''].join(' '));
  return [
    filename.replace(/\.sql$/, ''),
    `op${lastOperation.number}`,
    verifiedAt === null ? 'unverified' : 'verified',
    poolTag(backup),
    `${id.slice(0, 12)}.sql.gz${encrypted ? '.age' : ''}`,
  ].join('-');
}

/** Tells the copies of one pool from those of another. */
export function poolTag({ pool, database }: Pick<Backup, 'pool' | 'database'>): string {
  return digest(pool ?? `database ${database}`).slice(0, 8);
}

/** @returns null if that is no name of a copy */
export function parseCopyName(name: string): CopyName | null {
  const match = PATTERN.exec(name);
  if (match === null || timeOfFilename(`${match[1] ?? ''}.sql`) === null) return null;
  return {
    name,
    operation: Number(match[2]),
    verified: match[3] === 'verified',
    pool: match[4] ?? '',
    encrypted: match[5] !== undefined,
  };
}

/** The name without its ending: the same whether the copy is encrypted or not. */
export function stemOf(name: string): string {
  return name.replace(/\.sql\.gz(\.age)?$/, '');
}

/** The file beside a copy that says with which SHA-256 it was written: only a copy that was read back has one. */
export function checksumName(name: string): string {
  return `${name}${CHECKSUM}`;
}

/** The name of the copy that this checksum file belongs to; null if it is none. */
export function nameOfChecksum(name: string): string | null {
  if (!name.endsWith(CHECKSUM)) return null;
  const copy = name.slice(0, -CHECKSUM.length);
  return parseCopyName(copy) === null ? null : copy;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
