import { createHash } from 'node:crypto';
import { utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Backup } from '../../src/backup/files/catalogue';
import type { Proof } from '../../src/backup/files/proofs';
import { backupFilename, timeOfFilename } from '../../src/backup/files/filename';
import { manifestLine, type Manifest } from '../../src/backup/files/manifest';

export type Fields = Partial<Omit<Manifest, 'format'>> & { sql?: string };

/** The bytes of a small but complete backup. */
export function backupContent({ sql, ...fields }: Fields = {}): Buffer {
  const text =
    sql ?? 'CREATE TABLE t (id INT);\nINSERT INTO t VALUES (1);\n\n-- Dump completed on 2026-11-23  1:02:03\n';
  const body = Buffer.from(text);
  return Buffer.concat([
    body,
    manifestLine({
      lastOperation: { number: 1, uid: 'uid-1' },
      trigger: 'OPERATION',
      startedAt: new Date('2026-11-23T01:02:02.000Z'),
      createdAt: new Date('2026-11-23T01:02:03.456Z'),
      durationMs: 1456,
      sqlBytes: body.length,
      sha256: createHash('sha256').update(body).digest('hex'),
      serverVersion: '10.11.19-MariaDB',
      schemaVersion: 'test-1',
      database: 'pool',
      verifiedAt: new Date('2026-11-23T01:02:03.000Z'),
      ...fields,
    }),
  ]);
}

/** Puts a complete backup of that second into the directory and returns its path. */
export function placeBackup(directory: string, at: Date | string, fields: Fields = {}): string {
  const filename = typeof at === 'string' ? at : backupFilename(at);
  const file = path.join(directory, filename);
  writeFileSync(file, backupContent(fields), { mode: 0o600 });
  const time = timeOfFilename(filename);
  if (time !== null) utimesSync(file, time, time);
  return file;
}

/** A proof of that very file. */
export function proofOf(backup: Backup, state: Proof['state'], change: Partial<Proof> = {}): Proof {
  const { filename, sha256, lastOperation, schemaVersion } = backup;
  const problem = state === 'PROVEN' ? null : `It is ${state}.`;
  const findings = state === 'UNSOUND' ? ['a rule is broken'] : [];
  const judged = {
    judgedAt: new Date('2026-11-23T01:03:00.000Z'),
    durationMs: 1000,
    place: 'SCRATCH_DATABASE' as const,
  };
  return { filename, sha256, state, problem, findings, ...judged, lastOperation, schemaVersion, ...change };
}
