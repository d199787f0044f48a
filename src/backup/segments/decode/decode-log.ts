import type { ClientFamily } from '../../client/option-file';
import { Lines, LogText } from './log-text';
import { LogDecoder, type DecodeOptions } from './log-decoder';
import { Obstructed } from './obstructed';
import type { LogEntry } from './transaction';

/** What the program that reads the binary log needs, beside the log's place, so that its text is what is read here. */
export const LOG_TEXT_ARGUMENTS: Readonly<Record<ClientFamily, readonly string[]>> = {
  // The statements behind the rows are comments, which nobody reads.
  mariadb: ['--skip-annotate-row-events'],
  mysql: [],
};

/** What a session says first, in which statements of the log are to be right. */
export const SEGMENT_SESSION =
  "SET NAMES utf8mb4, SESSION time_zone = '+00:00', SESSION foreign_key_checks = 0, SESSION unique_checks = 1, " +
  "SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES' " +
  '/*M!100201 , SESSION check_constraint_checks = 0 */';

/**
 * Turns what the official client program prints of the server's binary log into the committed transactions of one
 * database. The entries follow one another without a gap. It ends with the program's output, or right after an obstacle;
 * what a transaction without its end holds is left out.
 */
export async function* decodeLog(output: AsyncIterable<Buffer>, options: DecodeOptions): AsyncGenerator<LogEntry> {
  const lines = new Lines();
  const text = new LogText();
  const decoder = new LogDecoder(options);
  try {
    for await (const chunk of output) {
      for (const line of lines.of(chunk)) for (const item of text.read(line)) yield* decoder.take(item);
    }
  } catch (error) {
    const reason = error instanceof RangeError ? 'An event of the binary log cannot be read.' : null;
    if (!(error instanceof Obstructed) && reason === null) throw error;
    yield { kind: 'obstacle', at: decoder.reached, reason: reason ?? (error as Error).message };
  }
}
