import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { lastChange, readSealed, sealedLine } from '../files/manifest';
import type { LogPlace } from './decode/transaction';
import { SEGMENT_SESSION } from './decode/decode-log';
import { baseOfSegment } from './segment-name';
import type { MarkedTransaction, Marks } from './marks';

/** How the last line begins; "-- " makes it a comment to every client that restores the file. */
const PREFIX = '-- motorpool-log ';
const SEGMENT_FORMAT = 1;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const place = z.strictObject({
  file: z.string().min(1).max(255),
  offset: z.number().int().nonnegative(),
  gtid: z.string().nullable(),
});
const operation = z.strictObject({ number: z.number().int().positive(), uid: z.string().min(1).max(64) });

const manifest = z.strictObject({
  format: z.literal(SEGMENT_FORMAT),
  /** The backup that it leads on from, and the SHA-256 of its SQL. */
  base: z.strictObject({ filename: z.string().min(1).max(255), sha256: hash }),
  /** The SHA-256 of the segment before; null: it begins where the base ends. */
  before: hash.nullable(),
  /** From this place in the server's binary log to that one. */
  from: place,
  to: place,
  /** The operations and changes in it; null where there are none. */
  firstOperation: operation.nullable(),
  lastOperation: operation.nullable(),
  firstChange: lastChange.nullable(),
  lastChange: lastChange.nullable(),
  /** The fingerprint of the tables' columns. */
  shapes: z.string().min(1).max(255),
  transactions: z.number().int().positive(),
  /** When the last of them was committed. */
  committedAt: z.iso.datetime({ precision: 3 }),
  database: z.string().min(1).max(255),
  /** Of everything above the manifest, in bytes. */
  sqlBytes: z.number().int().positive(),
  sha256: hash,
});

type Manifest = z.output<typeof manifest>;

/** A complete segment, whose bytes are the ones that were written. */
export interface Segment extends Manifest {
  filename: string;
  path: string;
  sizeBytes: number;
}

/** What a segment is made of, beside its transactions. */
type SegmentHead = Pick<Manifest, 'base' | 'before' | 'from' | 'shapes' | 'database'>;

/**
 * A segment's file: comments that tell what it is, the transactions as plain SQL, and the manifest as its last line. The
 * same transactions give the same bytes.
 * @param transactions one or more, in the order of their commits
 */
export function renderSegment(
  head: SegmentHead,
  transactions: readonly MarkedTransaction[],
): { text: string; manifest: Manifest } {
  const last = transactions.at(-1);
  if (last === undefined) throw new Error('a segment has no transaction');
  const described = {
    ...head,
    to: last.to,
    firstOperation: transactions.find(({ operations }) => operations !== null)?.operations?.first ?? null,
    lastOperation: transactions.findLast(({ operations }) => operations !== null)?.operations?.last ?? null,
    firstChange: transactions.find(({ changes }) => changes !== null)?.changes?.first ?? null,
    lastChange: transactions.findLast(({ changes }) => changes !== null)?.changes?.last ?? null,
  };
  const sql = `${headLines(described)}${transactions.map(transactionText).join('')}${COMPLETED}\n`;
  const bytes = Buffer.from(sql);
  const written: Manifest = {
    format: SEGMENT_FORMAT,
    ...described,
    transactions: transactions.length,
    committedAt: new Date(last.committedAt).toISOString(),
    sqlBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  return { text: `${sql}${sealedLine(PREFIX, written)}`, manifest: written };
}

const COMPLETED = '-- Log segment completed';

function headLines(head: SegmentHead & Pick<Manifest, `${'first' | 'last'}${'Operation' | 'Change'}` | 'to'>): string {
  const { base, before, from, to, shapes, firstOperation, lastOperation, firstChange, lastChange } = head;
  const lines = [
    `Motorpool log segment ${SEGMENT_FORMAT}: what was committed after a backup`,
    `base: ${base.filename} ${base.sha256}`,
    `before: ${before ?? 'none'}`,
    `from: ${placeText(from)}`,
    `to: ${placeText(to)}`,
    `operations: ${rangeText(firstOperation, lastOperation)}`,
    `changes: ${rangeText(firstChange, lastChange)}`,
    `shapes: ${shapes}`,
  ];
  return `${lines.map((line) => `-- ${line}\n`).join('')}${SEGMENT_SESSION};\n`;
}

/** A line of its own tells where each transaction begins and what it holds: there a file can be cut by hand. */
function transactionText({ to, committedAt, operations, changes, statements }: MarkedTransaction): string {
  const held = `${marksText('operation', operations)}${marksText('change', changes)}`;
  const begin = `-- transaction: to ${placeText(to)}, ${new Date(committedAt).toISOString()}${held}`;
  return `${begin}\n${['START TRANSACTION', ...statements, 'COMMIT'].map((line) => `${line};\n`).join('')}`;
}

function placeText({ file, offset }: LogPlace): string {
  return `${file} ${offset}`;
}

function marksText(what: string, marks: Marks | null): string {
  if (marks === null) return '';
  const { first, last } = marks;
  return first.number === last.number
    ? `, ${what} ${first.number} ${first.uid}`
    : `, ${what}s ${rangeText(first, last)}`;
}

function rangeText(first: Marks['first'] | null, last: Marks['last'] | null): string {
  if (first === null || last === null) return 'none';
  return `${first.number} ${first.uid} to ${last.number} ${last.uid}`;
}

/** Reads a segment whole; null where it is none, is not complete, or is not what was written. */
export async function readSegment(file: string): Promise<Segment | null> {
  const content = await readFile(file).catch(() => null);
  if (content?.at(-1) !== 0x0a) return null;
  const lineStart = content.lastIndexOf(0x0a, -2) + 1;
  const said = readSealed(PREFIX, content.subarray(lineStart, -1).toString('utf8'), manifest);
  const filename = path.basename(file);
  if (said?.sqlBytes !== lineStart || baseOfSegment(filename) !== said.base.filename) return null;
  const sha256 = createHash('sha256').update(content.subarray(0, lineStart)).digest('hex');
  return sha256 === said.sha256 ? { ...said, filename, path: file, sizeBytes: content.length } : null;
}

const BEGIN = /^-- transaction: to .*?(?:, operations? (\d+) (\S+)(?: to (\d+) (\S+?))?)?(?:, changes? .*)?$/;

/** Where a segment's transactions lie in its text, in bytes, and which operations each holds. */
export interface TransactionPart {
  begin: number;
  operations: Marks | null;
}

/** The transactions of a segment's SQL, by the lines that tell where each begins. */
export function transactionsIn(sql: Buffer): TransactionPart[] {
  const parts: TransactionPart[] = [];
  for (let begin = 0; begin < sql.length;) {
    const end = sql.indexOf(0x0a, begin);
    const line = sql.subarray(begin, end === -1 ? sql.length : end);
    if (line.subarray(0, 16).toString('latin1') === '-- transaction: ') {
      const [, first, uid = '', last = first, lastUid = uid] = BEGIN.exec(line.toString('utf8')) ?? [];
      const operations =
        first === undefined
          ? null
          : { first: { number: Number(first), uid }, last: { number: Number(last), uid: lastUid } };
      parts.push({ begin, operations });
    }
    begin = end === -1 ? sql.length : end + 1;
  }
  return parts;
}
