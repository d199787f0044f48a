import type { LogPlace } from './binlog-position';

/** What a binary log tells, in the order of its events. */
export type LogEvent =
  | { kind: 'begin' }
  /** Changes of rows, as a statement that the server executes; `tables` are the ones that it changes: `a`.`b`. */
  | { kind: 'rows'; tables: readonly string[]; statement: string }
  /** One row of the watched table. Values by the column's place, from 1; texts without their quotes. */
  | { kind: 'row'; verb: 'INSERT' | 'UPDATE' | 'DELETE'; values: ReadonlyMap<number, string> }
  /** The rows that follow change this table. */
  | { kind: 'touch'; table: string }
  | { kind: 'commit' | 'rollback'; at: LogPlace }
  | { kind: 'statement'; database: string; text: string }
  /** An event of a kind that is not known here. */
  | { kind: 'unknown' };

const HEADER = /^#\d{6} +\d+:\d\d:\d\d server id \d+ +end_log_pos (\d+) (?:CRC32 0x[0-9a-f]+ )?\s*(.*)$/;
const DELIMITER = '/*!*/;';
/**
 * Events that change nothing by themselves, or that the lines after them tell of: of the log, of transactions, of rows,
 * and what comes before a statement to say more of it. Every other kind counts as a change.
 */
const KNOWN = new RegExp(
  `^(?:${[
    'Start: binlog|Start_encryption|Rotate|Stop|Binlog checkpoint|Gtid list|Previous-GTIDs|Heartbeat|Ignorable',
    '(?:Anonymous_)?G[Tt][Ii][Dd]|Xid|Annotate_rows|Rows_query|Table_map|Transaction_[Pp]ayload|View_[Cc]hange',
    '(?:Write|Update|Delete|Partial_update)_(?:compressed_)?rows|Query|Intvar|Rand|User_var|Ignored',
  ].join('|')})`,
);
const WATCHED_ROW = /^### (INSERT INTO|UPDATE|DELETE FROM) (.+)$/;

/** Reads what `mariadb-binlog --verbose` prints, line by line. */
export class BinaryLogParser {
  private position = 0;
  private database = '';
  private inTransaction = false;
  private tables: string[] = [];
  private block: string[] | null = null;
  private statement: string[] | null = null;
  private row: { verb: 'INSERT' | 'UPDATE' | 'DELETE'; values: Map<number, string> } | null = null;

  /** @param watch the table whose rows to tell: `a`.`b` */
  constructor(
    private log: string,
    private readonly watch: string | null,
  ) {}

  *read(line: string): Generator<LogEvent> {
    if (this.block !== null) yield* this.readBlock(line, this.block);
    else if (this.statement !== null) yield* this.readStatement(line, this.statement);
    else if (line.startsWith('###')) yield* this.readRow(line);
    else {
      yield* this.endRow();
      yield* this.readOther(line);
    }
  }

  private *readOther(line: string): Generator<LogEvent> {
    if (line.startsWith('#')) {
      yield* this.readHeader(line);
    } else if (line === "BINLOG '") {
      this.block = [line];
    } else if (line === 'START TRANSACTION' || line === 'BEGIN') {
      this.inTransaction = true;
      yield { kind: 'begin' };
    } else if (line === `COMMIT${DELIMITER}`) {
      yield* this.end('commit');
    } else if (line === `ROLLBACK${DELIMITER}` && this.inTransaction) {
      yield* this.end('rollback');
    }
  }

  private *readHeader(line: string): Generator<LogEvent> {
    const [, position, what = ''] = HEADER.exec(line) ?? [];
    if (position === undefined) return;
    // An event that the server made up for the reader has no place.
    if (position !== '0') this.position = Number(position);
    const rotated = /^Rotate to (.+?) +pos: \d+$/.exec(what)?.[1];
    if (rotated !== undefined) this.log = rotated;
    // A name with a line end in it is cut off there.
    const table = /^Table_map: (.+?)(?: mapped to number \d+.*)?$/.exec(what)?.[1];
    if (table !== undefined) {
      this.tables.push(table);
      yield { kind: 'touch', table };
    }
    if (/^Query(?:_compressed)?\s/.test(what)) this.statement = [];
    else if (!KNOWN.test(what) && what !== '') yield { kind: 'unknown' };
  }

  /** Everything from a BINLOG statement's first line to its last. */
  private *readBlock(line: string, block: string[]): Generator<LogEvent> {
    if (line !== `'${DELIMITER}`) {
      block.push(line);
      return;
    }
    this.block = null;
    yield { kind: 'rows', tables: this.tables, statement: [...block, "'"].join('\n') };
    this.tables = [];
  }

  /** Settings of the session, each on a line of its own, come before the statement. */
  private *readStatement(line: string, text: string[]): Generator<LogEvent> {
    if (text.length === 0) {
      const database = /^use `(.*)`\/\*!\*\/;$/.exec(line)?.[1];
      if (database !== undefined) this.database = database.replaceAll('``', '`');
      if (line.endsWith(DELIMITER) && /^(?:use `|SET |\/\*)/.test(line)) return;
      // What `--database` leaves out ends with its header.
      if (line.startsWith('# at ') || HEADER.test(line)) {
        this.statement = null;
        yield* this.readOther(line);
        return;
      }
    }
    if (!line.endsWith(DELIMITER)) {
      text.push(line);
      return;
    }
    this.statement = null;
    const whole = [...text, line.slice(0, -DELIMITER.length)].join('\n').trim();
    if (/^(?:BEGIN|START TRANSACTION)$/i.test(whole)) {
      this.inTransaction = true;
      yield { kind: 'begin' };
    } else if (/^COMMIT$/i.test(whole)) yield* this.end('commit');
    else if (/^ROLLBACK$/i.test(whole)) yield* this.end('rollback');
    else yield { kind: 'statement', database: this.database, text: whole };
  }

  private *readRow(line: string): Generator<LogEvent> {
    const [, verb, table] = WATCHED_ROW.exec(line) ?? [];
    if (verb !== undefined) {
      yield* this.endRow();
      if (table === this.watch) {
        this.row = { verb: verb.split(' ')[0] as 'INSERT' | 'UPDATE' | 'DELETE', values: new Map() };
      }
      return;
    }
    if (this.row === null) return;
    const [, column, value = ''] = /^### {3}@(\d+)=(.*)$/.exec(line) ?? [];
    if (column !== undefined) this.row.values.set(Number(column), value.replace(/^'(.*)'$/, '$1'));
  }

  private *endRow(): Generator<LogEvent> {
    if (this.row === null) return;
    yield { kind: 'row', ...this.row };
    this.row = null;
  }

  private *end(kind: 'commit' | 'rollback'): Generator<LogEvent> {
    this.inTransaction = false;
    this.tables = [];
    yield { kind, at: { log: this.log, position: this.position } };
  }
}
