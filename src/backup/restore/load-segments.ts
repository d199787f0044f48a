import { createHash } from 'node:crypto';
import { loadDump } from '../load/load-dump';
import { createWorkFile, discardWorkFile } from '../files/staging';
import { sqlOf, type SegmentReach } from '../segments/reach';

type LoadRequest = Omit<Parameters<typeof loadDump>[0], 'file' | 'dump'>;

/**
 * Applies log segments to a restored base, as `cat SEGMENTS | mariadb DATABASE` does, by one client for all of them.
 * @throws BackupError where one of them is not what it was, or `loadDump` fails
 */
export async function loadSegments(request: LoadRequest, { segments, cutAt }: SegmentReach): Promise<void> {
  const file = await createWorkFile(request.workDirectory, request.tag);
  try {
    const hash = createHash('sha256');
    let sqlBytes = 0;
    for (const [i, segment] of segments.entries()) {
      const sql = await sqlOf(segment);
      const part = i === segments.length - 1 && cutAt !== null ? sql.subarray(0, cutAt) : sql;
      hash.update(part);
      await file.handle.writeFile(part);
      sqlBytes += part.length;
    }
    await loadDump({ ...request, file: file.path, dump: { sqlBytes, sha256: hash.digest('hex') } });
  } finally {
    await discardWorkFile(file);
  }
}
