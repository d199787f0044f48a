import { open, type FileHandle } from 'node:fs/promises';
import { LOG_LEVELS, type LogLevel } from './log';

export interface BackupLogEntry {
  at: Date;
  level: LogLevel;
  message: string;
}

const CHUNK_BYTES = 64 * 1024;
/** Where the log holds garbage without line ends, or more lines are asked for than fit, reading ends here. */
const MAX_BYTES = 16 * 2 ** 20;
const LINE = new RegExp(`^(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z) (${LOG_LEVELS.join('|')}) (.*)$`);

/** The last `lines` entries of the log, oldest first, read from its end; none where there is no log yet. */
export async function readLog(file: string, lines: number): Promise<BackupLogEntry[]> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    return await readBackwards(handle, lines);
  } finally {
    await handle.close();
  }
}

async function readBackwards(handle: FileHandle, lines: number): Promise<BackupLogEntry[]> {
  const newestFirst: BackupLogEntry[] = [];
  let { size: position } = await handle.stat();
  const end = Math.max(0, position - MAX_BYTES);
  // What stands before the first line end of what was read so far: the rest of a line that begins further up.
  let carried: Buffer[] = [];
  while (position > end && newestFirst.length < lines) {
    const length = Math.min(CHUNK_BYTES, position - end);
    position -= length;
    const chunk = await readFully(handle, position, length);
    const firstLineEnd = position === 0 ? -1 : chunk.indexOf(0x0a);
    if (firstLineEnd === -1 && position > 0) {
      carried.unshift(chunk);
      continue;
    }
    const whole = Buffer.concat([chunk.subarray(firstLineEnd + 1), ...carried]).toString('utf8');
    carried = [chunk.subarray(0, firstLineEnd + 1)];
    for (const line of whole.split('\n').reverse()) {
      const entry = newestFirst.length < lines ? parseLine(line) : null;
      if (entry !== null) newestFirst.push(entry);
    }
  }
  return newestFirst.reverse();
}

async function readFully(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** Null for what is no entry: half a line after a power cut, or something that others wrote. */
function parseLine(line: string): BackupLogEntry | null {
  const [, at, level, message] = LINE.exec(line) ?? [];
  if (at === undefined || message === undefined) return null;
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? null : { at: time, level: level as LogLevel, message };
}
