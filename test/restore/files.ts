import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Backup } from '../../src/backup/files/catalogue';
import { manifestLine, type Manifest } from '../../src/backup/files/manifest';

/** Writes a copy of a backup that says something else of itself. @returns its path */
export function copyWith(backup: Backup, name: string, change: Partial<Manifest>): string {
  const file = path.join(path.dirname(path.dirname(backup.path)), name);
  const { filename: _filename, path: _path, sizeBytes: _sizeBytes, format: _format, ...manifest } = backup;
  const sql = readFileSync(backup.path).subarray(0, backup.sqlBytes);
  writeFileSync(file, Buffer.concat([sql, manifestLine({ ...manifest, ...change })]));
  return file;
}

/** Flips one bit in the middle of a file. */
export function flipBit(file: string): void {
  const bytes = readFileSync(file);
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}
