import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { withoutSecrets } from '../../database/connection/loggable-error';

export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Longer messages are cut: one write of moderate size is what keeps lines of several processes apart. In characters of up to
 * three bytes: a line has 8 KiB at most.
 */
const MAX_MESSAGE_LENGTH = 2_600;

/** The backup log: one line an entry, written by any number of processes at once. */
export class BackupLog {
  constructor(
    private readonly file: string,
    private readonly now: () => Date = () => new Date(),
  ) {}

  debug(message: string): void {
    this.write('DEBUG', message);
  }

  info(message: string): void {
    this.write('INFO', message);
  }

  warn(message: string): void {
    this.write('WARN', message);
  }

  error(message: string): void {
    this.write('ERROR', message);
  }

  /** Never throws: a log that cannot be written must not cost a backup. */
  private write(level: LogLevel, message: string): void {
    const line = `${this.now().toISOString()} ${level} ${flatten(withoutSecrets(message))}\n`;
    try {
      mkdirSync(path.dirname(this.file), { recursive: true, mode: 0o700 });
      // Opened for each line, so that a log which was moved away or deleted is created again. 'a+': appends, and may read.
      const fd = openSync(this.file, 'a+', 0o600);
      try {
        writeSync(fd, endsTorn(fd) ? `\n${line}` : line);
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      process.stderr.write(`backup.log cannot be written (${String(error)}): ${line}`);
    }
  }
}

/** Whether a power cut or a full disk left half a line at the end. */
function endsTorn(fd: number): boolean {
  const { size } = fstatSync(fd);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(fd, last, 0, 1, size - 1);
  return last[0] !== 0x0a;
}

function flatten(message: string): string {
  // eslint-disable-next-line no-control-regex -- a control character in a log line could forge another line
  const flat = message.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, ' ').trim();
  return flat.length <= MAX_MESSAGE_LENGTH ? flat : `${flat.slice(0, MAX_MESSAGE_LENGTH)}...`;
}
