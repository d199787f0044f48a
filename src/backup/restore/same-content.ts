import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

const MARK = Buffer.from('\n--');

/**
 * A hash of what a dump restores: of its lines but the comments, which tell of time and place.
 * @param sqlBytes where the dump ends in the file
 */
export async function contentHash(file: string, sqlBytes: number): Promise<string> {
  const hash = createHash('sha256');
  // The first line counts as one after a line end.
  let carried: Buffer = Buffer.from('\n');
  let inComment = false;
  for await (const chunk of createReadStream(file, { end: sqlBytes - 1, highWaterMark: 2 ** 20 })) {
    const data = Buffer.concat([carried, chunk as Buffer]);
    // A comment's mark may be cut in two.
    const safe = data.length - MARK.length;
    let at = 0;
    while (at < safe) {
      if (inComment) {
        const end = data.indexOf(0x0a, at);
        at = end === -1 ? data.length : end;
        inComment = end === -1;
        continue;
      }
      const comment = data.indexOf(MARK, at);
      const end = comment === -1 || comment >= safe ? safe : comment;
      hash.update(data.subarray(at, end));
      at = end;
      if (comment === end && comment !== -1 && comment < safe) {
        inComment = true;
        at += MARK.length;
      }
    }
    carried = data.subarray(Math.min(at, data.length));
  }
  if (!inComment) hash.update(carried);
  return hash.digest('hex');
}
