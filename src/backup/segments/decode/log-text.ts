import { Obstructed } from './obstructed';

/** What the client program's text says, in the order of the log. */
export type LogItem =
  /** An event begins to be told: where it ends, in bytes (0: nowhere), and when it was, in ms of the program's own clock. */
  | { kind: 'header'; offset: number; clock: number; what: string }
  /** An event of rows or of the log's own format, byte for byte. */
  | { kind: 'event'; bytes: Buffer }
  | { kind: 'gtid'; gtid: string }
  | { kind: 'begin' | 'commit' | 'rollback' }
  /** `database`: the one that was in use. */
  | { kind: 'statement'; database: string; text: string };

/** Most that one event or statement may hold, in bytes: what is longer would have to be held in memory. */
const LONGEST = 128 * 1024 * 1024;

const DELIMITER = '/*!*/;';
const HEADER =
  /^#(\d\d)(\d\d)(\d\d) +(\d+):(\d\d):(\d\d) server id \d+ +end_log_pos (\d+) (?:CRC32 0x[0-9a-f]+ )?\s*(.*)$/;
/** Settings, comments that are executed, and what the program says at its beginning and end. */
const OF_THE_PROGRAM = /^(?:\/\*|SET (?!@binlog_fragment)|DELIMITER |ROLLBACK \/\*|use `)/;
/** What the program says of a statement before its text. */
const BEFORE_STATEMENT = /^(?:use `|SET |\/\*).*\/\*!\*\/;$/;
/** The length of an event, in the bytes before it. */
const EVENT_HEAD = 19;
/**
 * How many bytes longer than its text the event of a statement may be: its head, settings of the session, and names. Were
 * it longer, then its text would go on after what was taken for its end, and could pretend to be the log.
 */
const AROUND_STATEMENT = 300;

/**
 * Reads what the official client program prints of a binary log, without options for its form: events of rows are BINLOG
 * text (the values that `--verbose` prints are not exact), all else is SQL.
 */
export class LogText {
  private database = '';
  private event: { parts: Buffer[]; read: number; size: number } | null = null;
  private isInBlock = false;
  private statement: { lines: string[]; length: number } | null = null;
  /** Where the last two events end, in bytes. */
  private ends: [before: number, last: number] = [0, 0];

  /** @throws Obstructed at what no log has held so far */
  *read(line: string): Generator<LogItem> {
    if (this.isInBlock) yield* this.readBlock(line);
    else if (this.statement !== null) yield* this.readStatement(line, this.statement);
    else yield* this.readOther(line);
  }

  private *readOther(line: string): Generator<LogItem> {
    if (line.startsWith('#')) yield* this.readHeader(line);
    else if (line === "BINLOG '") this.isInBlock = true;
    else if (line === `COMMIT${DELIMITER}`) yield { kind: 'commit' };
    else if (line === `ROLLBACK${DELIMITER}`) yield { kind: 'rollback' };
    // A transaction of MariaDB begins in the event that has its GTID.
    else if (line === 'START TRANSACTION' || line === 'BEGIN') yield { kind: 'begin' };
    else if (line.startsWith('XA ')) {
      yield { kind: 'statement', database: this.database, text: line.replace(DELIMITER, '') };
    } else if (line.startsWith('SET @@SESSION.GTID_NEXT')) {
      const gtid = /^SET @@SESSION\.GTID_NEXT= '([\w:-]+)'/.exec(line)?.[1] ?? '';
      if (gtid.includes(':')) yield { kind: 'gtid', gtid };
    } else if (line !== '' && line !== DELIMITER && !OF_THE_PROGRAM.test(line)) {
      throw new Obstructed('The binary log holds what is not known here.');
    }
  }

  private *readHeader(line: string): Generator<LogItem> {
    const found = HEADER.exec(line);
    if (found === null) return;
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offset = 0] = found.slice(1, 8).map(Number);
    const what = found[8] ?? '';
    const clock = Date.UTC(2000 + year, month - 1, day, hour, minute, second);
    const start = /^Rotate to .+ pos: (\d+)$/.exec(what)?.[1];
    if (start !== undefined || offset !== 0) this.ends = [this.ends[1], Number(start ?? offset)];
    yield { kind: 'header', offset, clock, what };
    const gtid = /^GTID (\d+-\d+-\d+)/.exec(what)?.[1];
    if (gtid !== undefined) yield { kind: 'gtid', gtid };
    if (/^Query(?:_compressed)?\s/.test(what)) this.statement = { lines: [], length: 0 };
  }

  /** Each event of a BINLOG statement begins on a line of its own. */
  private *readBlock(line: string): Generator<LogItem> {
    if (line === `'${DELIMITER}`) {
      if (this.event !== null) throw new Obstructed('An event of the binary log is cut off.');
      this.isInBlock = false;
      return;
    }
    const bytes = Buffer.from(line, 'base64');
    if (this.event === null) {
      if (bytes.length < EVENT_HEAD) throw new Obstructed('An event of the binary log is cut off.');
      this.event = { parts: [], read: 0, size: bytes.readUInt32LE(9) };
    }
    const { event } = this;
    if (event.size > LONGEST)
      throw new Obstructed(`An event of the binary log is too long: it has ${event.size} bytes.`);
    event.parts.push(bytes);
    event.read += bytes.length;
    if (event.read < event.size) return;
    if (event.read > event.size) throw new Obstructed('An event of the binary log is longer than it says.');
    this.event = null;
    yield { kind: 'event', bytes: Buffer.concat(event.parts) };
  }

  /** The delimiter stands on a line of its own after the text of the statement. */
  private *readStatement(line: string, text: { lines: string[]; length: number }): Generator<LogItem> {
    if (text.lines.length === 0 && BEFORE_STATEMENT.test(line)) {
      const database = /^use `(.*)`\/\*!\*\/;$/.exec(line)?.[1];
      if (database !== undefined) this.database = database.replaceAll('``', '`');
      return;
    }
    if (line !== DELIMITER) {
      text.lines.push(line);
      text.length += Buffer.byteLength(line) + 1;
      if (text.length > LONGEST) throw new Obstructed('The binary log holds a statement that is too long.');
      return;
    }
    this.statement = null;
    const [before, last] = this.ends;
    if (last - before - text.length > AROUND_STATEMENT) {
      throw new Obstructed('The binary log holds a statement whose end cannot be told.');
    }
    const whole = text.lines.join('\n').trim();
    if (/^(?:BEGIN|START TRANSACTION)$/i.test(whole)) yield { kind: 'begin' };
    else if (/^COMMIT$/i.test(whole)) yield { kind: 'commit' };
    else if (/^ROLLBACK$/i.test(whole)) yield { kind: 'rollback' };
    else yield { kind: 'statement', database: this.database, text: whole };
  }
}

/** Cuts a stream of bytes into lines, without their ends; what stands after the last end is no line yet. */
export class Lines {
  private rest: Buffer[] = [];
  private length = 0;

  /** @throws Obstructed where a line would be too long to hold in memory */
  *of(chunk: Buffer): Generator<string> {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const last = chunk.subarray(from, end);
      yield (this.rest.length === 0 ? last : Buffer.concat([...this.rest, last])).toString('utf8');
      this.rest = [];
      this.length = 0;
      from = end + 1;
    }
    if (from === chunk.length) return;
    this.rest.push(chunk.subarray(from));
    this.length += chunk.length - from;
    if (this.length > LONGEST) throw new Obstructed('The binary log holds a statement that is too long.');
  }
}
