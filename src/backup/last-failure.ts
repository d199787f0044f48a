import { readLog } from './log-reader';

const LINES = 200;
/** How the log tells that a backup was made, or that none was needed. */
const SUCCESS = /^(?:Published |Nothing to do)/;

/** Why the last try to make a backup failed, as the log tells; null where it did not, or nothing is known of it. */
export async function lastFailure(logFile: string): Promise<string | null> {
  const entries = await readLog(logFile, LINES).catch(() => []);
  for (const { level, message } of entries.reverse()) {
    if (SUCCESS.test(message)) return null;
    if (level === 'ERROR' && !message.startsWith('Test restore')) return message;
  }
  return null;
}
