import { OWN_TABLES } from '../../../database/connection/own-tables';
import { changeOf } from '../../binlog/ddl-filter';
import type { ClientFamily } from '../../client/option-file';
import { readStatement, wordOf } from '../../core/sql-statement';
import type { LogItem } from './log-text';
import { Obstructed } from './obstructed';
import { EVENT, readFormat, readRows, readTableMap, tableIdOf, timeOf, typeOf, withoutChecksum } from './row-events';
import type { LoggedTable, RowsEvent } from './row-events';
import { TableRows } from './row-statements';
import type { LogEntry, LogPlace, TableShapes } from './transaction';

export interface DecodeOptions {
  /** The pool's database, as the server spells it. */
  database: string;
  shapes: TableShapes;
  family: ClientFamily;
  /** The file of the log that the program begins to read. */
  startFile: string;
  /** Most that one transaction may hold, in characters of SQL, as it is held in memory; 64 MiB by default. */
  most?: number;
}

const MOST = 64 * 1024 * 1024;

/** Events that change nothing by themselves, or that what follows them tells of. Every other kind is an obstacle. */
const KNOWN = new RegExp(
  `^(?:${[
    'Start: binlog|Start_encryption|Rotate|Stop|Binlog checkpoint|Gtid list|Previous-GTIDs|Heartbeat|Ignorable|Ignored',
    '(?:Anonymous_)?G[Tt][Ii][Dd]|Xid|XID|XA PREPARE|Annotate_rows|Rows_query|Table_map|Transaction_[Pp]ayload|View_[Cc]hange',
    '(?:Write|Update|Delete)_(?:compressed_)?rows|Update_rows_partial|Query|Intvar|Rand|User_var',
  ].join('|')})`,
);
const ROWS = /^(?:Write|Update|Delete)_(?:compressed_)?rows|^Update_rows_partial/;
/** A program and its server are in one time zone, of which the offsets are quarters of hours. */
const QUARTER = 15 * 60_000;

interface Transaction {
  statements: string[];
  length: number;
  tables: Set<string>;
  isXa: boolean;
}

/** Follows the items of a log and tells where transactions of one database end. */
export class LogDecoder {
  /** Where the last entry ended. */
  reached: LogPlace;
  private place: LogPlace;
  private transaction: Transaction | null = null;
  /** By their number in the log; null for what is not to be carried over. */
  private readonly tables = new Map<number, TableRows | null>();
  private hasChecksum: boolean | null = null;
  /** What the last event's head says, in ms, and how far the program's clock is from UTC. */
  private clock = 0;
  private zone = 0;
  /** How many events of rows the text has named whose bytes it has not said yet. */
  private owed = 0;
  /** In ms, where the server says when the transaction was committed. */
  private committedAt: number | null = null;

  constructor(private readonly options: DecodeOptions) {
    this.place = { file: options.startFile, offset: 0, gtid: null };
    this.reached = this.place;
  }

  /** @throws Obstructed, RangeError where the log cannot be carried over from `reached` on */
  *take(item: LogItem): Generator<LogEntry> {
    switch (item.kind) {
      case 'header':
        yield* this.header(item);
        return;
      case 'gtid':
        this.place = { ...this.place, gtid: item.gtid };
        return;
      case 'event':
        this.event(item.bytes);
        return;
      case 'begin':
        this.transaction = newTransaction();
        return;
      case 'commit':
        yield this.end();
        return;
      case 'rollback':
        // A server's log begins with it, too: it may have died within a transaction.
        if (this.transaction === null) return;
        if (this.transaction.tables.size > 0) {
          throw new Obstructed('A transaction was rolled back that changed tables which cannot be rolled back.');
        }
        yield this.end();
        return;
      case 'statement':
        yield* this.statement(item);
    }
  }

  private *header({ offset, clock, what }: LogItem & { kind: 'header' }): Generator<LogEntry> {
    if (what !== '' && !KNOWN.test(what)) {
      throw new Obstructed(`The binary log holds an event of a kind that is not known here: ${what.slice(0, 40)}.`);
    }
    this.clock = clock;
    if (ROWS.test(what)) this.owed += 1;
    // An event that the server made up for the reader has no place.
    if (offset !== 0) this.place = { ...this.place, offset };
    const committedAt = /\bimmediate_commit_timestamp=(\d+)/.exec(what)?.[1];
    if (committedAt !== undefined) this.committedAt = Math.floor(Number(committedAt) / 1000);
    const [, file, start] = /^Rotate to (.+?) +pos: (\d+)$/.exec(what) ?? [];
    if (file === undefined) return;
    const isOther = file !== this.place.file;
    this.place = { ...this.place, file, offset: Number(start) };
    if (isOther) yield this.pass();
    else if (this.reached.offset === 0) this.reached = this.place;
  }

  private event(bytes: Buffer): void {
    const type = typeOf(bytes);
    if (type === EVENT.format) {
      this.hasChecksum = readFormat(bytes);
      return;
    }
    if (this.hasChecksum === null) throw new Obstructed('The binary log does not begin with its format.');
    this.zone = Math.round((timeOf(bytes) - this.clock) / QUARTER) * QUARTER;
    if (type === EVENT.tableMap) {
      const [id, table] = readTableMap(withoutChecksum(bytes, this.hasChecksum));
      this.tables.set(id, this.tableOf(table));
      return;
    }
    this.owed -= 1;
    const table = this.tables.get(tableIdOf(bytes));
    if (table === null) return;
    if (table === undefined) throw new Obstructed('The binary log holds rows of a table that it does not name.');
    const rows = readRows(withoutChecksum(bytes, this.hasChecksum));
    if (rows === null) {
      const what =
        type === EVENT.partialUpdate ? 'A part of a JSON value was logged' : `An event of type ${type} was logged`;
      throw new Obstructed(`${what} of the table ${table.table}, which cannot be carried over.`);
    }
    this.rows(table, rows);
  }

  /** @returns null for a table of another database, and for what is neither dumped nor restored */
  private tableOf(logged: LoggedTable): TableRows | null {
    const { database, shapes } = this.options;
    if (logged.database !== database) {
      if (logged.database.toLowerCase() !== database.toLowerCase()) return null;
      throw new Obstructed(`The binary log spells the database ${database} as ${logged.database}.`);
    }
    if (OWN_TABLES.includes(logged.table)) return null;
    const shape = shapes.tables.get(logged.table);
    if (shape === undefined) throw new Obstructed(`The table ${logged.table} was not there when the log was begun.`);
    return new TableRows(shape, logged);
  }

  private rows(table: TableRows, event: RowsEvent): void {
    const { transaction } = this;
    if (transaction === null) throw new Obstructed('Rows were changed outside of a transaction.');
    if (transaction.isXa)
      throw new Obstructed('An XA transaction changed rows: whether it is committed, others decide.');
    transaction.tables.add(table.table);
    const { family, most = MOST } = this.options;
    for (const statement of table.statements(event, family === 'mysql')) {
      transaction.statements.push(statement);
      transaction.length += statement.length;
      if (transaction.length > most) {
        throw new Obstructed(`A transaction changed more rows than fit into ${most} characters of SQL.`);
      }
    }
  }

  private *statement({ database, text }: LogItem & { kind: 'statement' }): Generator<LogEntry> {
    const statement = readStatement(text);
    const [first, second, third] = statement.tokens.map(wordOf);
    if (first === 'XA') {
      if (second === 'START' || second === 'BEGIN') this.transaction = { ...newTransaction(), isXa: true };
      else if (second !== 'END') yield this.end();
      return;
    }
    const isRolledBack = (this.transaction?.tables.size ?? 0) > 0;
    if (first === 'ROLLBACK' && (second === 'TO' || third === 'TO')) {
      if (isRolledBack) throw new Obstructed('A part of a transaction was rolled back after it was logged.');
      return;
    }
    const isOfOwnTable = /^(?:CREATE|DROP)$/.test(statement.verb) && OWN_TABLES.includes(statement.name);
    if (!isOfOwnTable && changeOf(text, database, this.options.database) !== 'nothing') {
      const what = [statement.verb, statement.object, statement.name].filter((word) => word !== '').join(' ');
      throw new Obstructed(`The binary log holds the statement ${what.slice(0, 80)}, which is no change of rows.`);
    }
    if (this.transaction === null) yield this.pass();
  }

  private end(): LogEntry {
    if (this.owed !== 0)
      throw new Obstructed('The text of the binary log leaves out rows: it was printed in another form.');
    const { transaction } = this;
    this.transaction = null;
    this.tables.clear();
    const { reached: from, place: to } = this;
    const committedAt = this.committedAt ?? this.clock + this.zone;
    this.committedAt = null;
    if (transaction === null || transaction.statements.length === 0) return this.pass();
    this.reached = to;
    const { statements, tables } = transaction;
    return { kind: 'transaction', from, to, committedAt, statements, tables: [...tables] };
  }

  private pass(): LogEntry {
    this.reached = this.place;
    return { kind: 'passed', to: this.place };
  }
}

function newTransaction(): Transaction {
  return { statements: [], length: 0, tables: new Set(), isXa: false };
}
