/** A place in a server's binary log: right after an event. `gtid` is the transaction's own, where the server has them. */
export interface LogPlace {
  file: string;
  /** In bytes. */
  offset: number;
  gtid: string | null;
}

/** A committed transaction of the pool's database, as plain SQL without a database's name. */
export interface LoggedTransaction {
  kind: 'transaction';
  from: LogPlace;
  to: LogPlace;
  /** In ms. MariaDB's log knows seconds alone. */
  committedAt: number;
  /**
   * INSERT (of many rows), UPDATE and DELETE by key (of one), without a terminator, START or COMMIT; around those at
   * which the server changes rows of other tables by itself, SET foreign_key_checks. They are right in a session that
   * said what `SEGMENT_SESSION` says.
   */
  statements: readonly string[];
  /** Those that it changed, without a database's name. */
  tables: readonly string[];
}

/** What the log holds that cannot be carried over: a new base is needed. It is the last entry that is told. */
export interface Obstacle {
  kind: 'obstacle';
  at: LogPlace;
  /** One sentence that names the thing. */
  reason: string;
}

/** A transaction that concerns other databases only, or nothing: the place moves on. */
interface Passed {
  kind: 'passed';
  to: LogPlace;
}

export type LogEntry = LoggedTransaction | Obstacle | Passed;

/** A column, as information_schema tells of it. */
export interface ColumnShape {
  name: string;
  /** In lower case: "varchar". */
  type: string;
  /** With its length and attributes: "int(10) unsigned". */
  fullType: string;
  isUnsigned: boolean;
  /** Computed by the server, and so never written. */
  isGenerated: boolean;
  /** The server writes it by itself at an UPDATE that does not name it. */
  setsItself: boolean;
  /** null for what is no text. */
  charset: string | null;
  /** The most that it holds; null where it is no text and no bytes. */
  bytes: number | null;
}

export interface TableShape {
  name: string;
  /** "BASE TABLE", "SEQUENCE", "SYSTEM VERSIONED" and the like. */
  kind: string;
  columns: readonly ColumnShape[];
  /** The columns, by place from 0, of the primary key or else of a unique one that holds no NULL; null without one. */
  key: readonly number[] | null;
  /** The kinds of statements at which triggers of it fire. */
  triggers: ReadonlySet<string>;
  /** Whether the server changes rows of other tables by itself when a row of this one goes or changes its key. */
  cascades: boolean;
}

/** What the rows of a database's tables look like, and a fingerprint of that. */
export interface TableShapes {
  tables: ReadonlyMap<string, TableShape>;
  /** SHA-256 of all of it, in hex. */
  fingerprint: string;
}
