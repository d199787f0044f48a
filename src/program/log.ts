import { pino, type Logger } from 'pino';
import type { LogLevel } from '../config/config';
import { withoutSecrets } from '../database/connection/loggable-error';

/** In bytes, with the line break. */
const LONGEST_LINE = 8 * 1024;
/** What stays of a text in a longer line, in characters: each may take six bytes. */
const KEPT_OF_A_TEXT = 200;

/**
 * The log: one line of JSON on standard error for each entry, of 8 KiB at most, without hashes and tokens. Standard output has
 * the few lines that a person who starts the server needs.
 */
export function createLog(level: LogLevel): Logger {
  const standardError = pino.destination({ dest: 2, sync: true });
  standardError.on('error', () => undefined);
  return pino({ level, hooks: { streamWrite: (line) => bounded(withoutSecrets(line)) } }, standardError);
}

/** A line that is too long keeps its plain values, cut, and says so. */
function bounded(line: string): string {
  if (Buffer.byteLength(line) <= LONGEST_LINE) return line;
  const plain = Object.entries(JSON.parse(line) as Record<string, unknown>)
    .filter(([, value]) => typeof value !== 'object')
    .slice(0, 5)
    .map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, KEPT_OF_A_TEXT) : value]);
  return `${JSON.stringify({ ...Object.fromEntries(plain), cutFromBytes: Buffer.byteLength(line) })}\n`;
}
