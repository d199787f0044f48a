import { readLog } from './log-reader';

const LINES = 200;
/** How the log tells that a backup was made, or that none was needed. */
const SUCCESS = /^(?:Published |Nothing to do)/;

/** What the same log tells of other things than the making of backups. */
const NOT_OF_BACKUPS = /^(?:Test restore|Copying |The copy )/;

/** Why the last try to make a backup failed, as the log tells; null where it did not, or nothing is known of it. */
export async function lastFailure(logFile: string): Promise<string | null> {
  const entries = await readLog(logFile, LINES).catch(() => []);
  for (const { level, message } of entries.reverse()) {
    if (SUCCESS.test(message)) return null;
    if (level === 'ERROR' && !NOT_OF_BACKUPS.test(message)) return message;
  }
  return null;
}
