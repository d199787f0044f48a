import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ChangeMark } from '../core/ledger';

/** How the line begins; "-- " makes it a comment to every client that restores the file. */
const PREFIX = '-- motorpool-backup ';
export const MANIFEST_FORMAT = 1;

/** No manifest is longer; a file's last bytes of this number hold it whole. */
export const MAX_MANIFEST_BYTES = 4096;

export const TRIGGERS = ['OPERATION', 'MANUAL', 'RECOVERY', 'INITIAL', 'CHANGE'] as const;
/**
 * OPERATION: a critical operation asked for it. MANUAL: a person did. RECOVERY: found missing at a start. INITIAL: a new
 * pool, before its first operation. CHANGE: what is no operation was changed, such as an account.
 */
export type BackupTrigger = (typeof TRIGGERS)[number];

const time = z.iso.datetime({ precision: 3 }).transform((text) => new Date(text));
const count = z.number().int().nonnegative();
const text = z.string().min(1).max(255);

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** A change, and its link of the chain. */
export const lastChange = z.strictObject({
  number: count.positive(),
  uid: z.string().min(1).max(64),
  hash: hash.optional(),
});

const manifest = z.strictObject({
  format: z.literal(MANIFEST_FORMAT),
  /** Everything up to this operation is in the file. */
  lastOperation: z
    .strictObject({ number: count, uid: z.string().min(1).max(64).nullable() })
    .refine(({ number, uid }) => (number === 0) === (uid === null)),
  /** Everything up to this change is in the file; left out where the database has no journal of changes. */
  lastChange: lastChange.optional(),
  trigger: z.enum(TRIGGERS),
  startedAt: time,
  createdAt: time,
  durationMs: count,
  /** The length of the SQL above the manifest, to the last line's end. */
  sqlBytes: count.positive(),
  /** Of the SQL above the manifest, in hexadecimal. */
  sha256: hash,
  serverVersion: text,
  schemaVersion: text,
  database: text,
  /** When the file was restored and found sound; null where it never was. */
  verifiedAt: time.nullable(),
  /** Of a database that a restore was about to replace, sound or not, or whose operations could not be read. */
  safety: z.literal(true).optional(),
  /** Tells this pool from every other, of whatever name; left out by a database that has no such mark yet. */
  pool: text.optional(),
});

/** What a manifest says of the newest change, if there is one. */
export function changeMark({ number, uid, hash }: ChangeMark): Pick<Manifest, 'lastChange'> {
  return uid === null ? {} : { lastChange: { number, uid, ...(hash === undefined ? {} : { hash }) } };
}

/** What a backup says of itself. */
export type Manifest = z.output<typeof manifest>;

/** The manifest as the file's last line, its line end included. */
export function manifestLine(fields: Omit<Manifest, 'format'>): Buffer {
  const line = Buffer.from(sealedLine(PREFIX, { format: MANIFEST_FORMAT, ...fields }));
  if (line.length > MAX_MANIFEST_BYTES || parseManifest(line.subarray(0, -1).toString()) === null) {
    throw new Error(`no valid manifest: ${line.toString()}`);
  }
  return line;
}

/** Reads the line without its line end; null for anything that `manifestLine` would not have written. */
export function parseManifest(line: string): Manifest | null {
  return readSealed(PREFIX, line, manifest);
}

/** What a file says of itself as its last line, sealed, its line end included. */
export function sealedLine(prefix: string, fields: object): string {
  const json = JSON.stringify(fields);
  return `${prefix}${json.slice(0, -1)},"seal":"${sealOf(json)}"}\n`;
}

/** What such a line says, without its line end; null for anything that `sealedLine` would not have written of that shape. */
export function readSealed<T>(prefix: string, line: string, shape: z.ZodType<T>): T | null {
  if (!line.startsWith(prefix)) return null;
  const match = /^(\{.*),"seal":"([0-9a-f]{16})"\}$/s.exec(line.slice(prefix.length));
  const json = match === null ? null : `${match[1] ?? ''}}`;
  if (json === null || sealOf(json) !== match?.[2]) return null;
  try {
    const parsed = shape.safeParse(JSON.parse(json));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** The hash of the SQL does not cover the manifest itself; this does, against bits that flip in it. */
function sealOf(json: string): string {
  return createHash('sha256').update(json).digest('hex').slice(0, 16);
}
