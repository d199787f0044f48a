/** A piece of a dump, in order; all pieces together are the dump. */
export interface DumpPart {
  /**
   * `rows`: a piece of a statement that inserts rows, which may be cut anywhere. `statement`: a whole other one, with
   * its delimiter. `other`: comments, line ends, and what tells the client of a delimiter.
   */
  kind: 'rows' | 'statement' | 'other';
  sql: Buffer;
  /** Whether it is the last piece of its statement. */
  ends: boolean;
}

const NEWLINE = 0x0a;
/** Most statements are shorter; for a longer one more is looked at. */
const WINDOW_BYTES = 4096;
const ROWS = /^(?:INSERT|REPLACE)\s[^`'"]{0,40}`(?:[^`]|``)*`(?=[^`])/;
const MAYBE_ROWS = /^(?:INSERT|REPLACE)\s/;
const ROWS_END = Buffer.from(';\n');
/** What begins here is over at its end: a comment, or a command of the client. The version 999999 is no server's. */
const OTHER = /\s+|--(?:[ \t][^\n]*)?\n|#[^\n]*\n|\/\*(?!M?!(?!9{6}))[\s\S]*?\*\/|DELIMITER[ \t]+(\S+)[^\n]*\n/iy;
/** In a statement: all that may hold a delimiter which is none. */
const SKIPPED =
  /[^'"`#/\-;$|]+|'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'|"[^"\\]*(?:(?:\\[\s\S]|"")[^"\\]*)*"|`(?:[^`]|``)*`|--[ \t][^\n]*\n|--\n|#[^\n]*\n|\/\*(?!M?!)[\s\S]*?\*\//y;
const SKIPPED_PLAIN =
  /[^'"`#/\-;$|]+|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|--[ \t][^\n]*\n|--\n|#[^\n]*\n|\/\*(?!M?!)[\s\S]*?\*\//y;
const SQL_MODE = /\bsql_mode\s*=\s*('[^']*'|@\w+)/i;

/**
 * Splits what the official dump programs print into its statements, as the stock client does. Rows, the bulk of a dump,
 * are not looked at: the programs escape every line end within a value, so a statement of rows ends with the first
 * semicolon before a line end. Text is kept byte by byte: parts of a dump may be in several character sets.
 */
export class DumpSplitter {
  private held: Buffer = Buffer.alloc(0);
  private inRows = false;
  private delimiter = ';';
  private backslashes = true;

  push(chunk: Buffer): DumpPart[] {
    this.held = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    return this.split(false);
  }

  /** What is left after the last chunk; a statement that was cut off is given as it is. */
  end(): DumpPart[] {
    const parts = this.split(true);
    if (this.held.length > 0) parts.push({ kind: this.inRows ? 'rows' : 'statement', sql: this.held, ends: true });
    this.held = Buffer.alloc(0);
    return parts;
  }

  private split(isLast: boolean): DumpPart[] {
    const parts: DumpPart[] = [];
    for (let part = this.next(isLast); part !== null; part = this.next(isLast)) parts.push(part);
    return parts;
  }

  private next(isLast: boolean): DumpPart | null {
    if (this.held.length === 0) return null;
    if (this.inRows) return this.nextRows();
    // Long enough for every name and comment; what is longer waits for its line end.
    const head = this.held.toString('latin1', 0, 2048);
    if (ROWS.test(head)) return this.beginRows(head);
    if (MAYBE_ROWS.test(head) && head.length < 2048 && !isLast) return null;
    for (let size = WINDOW_BYTES; ; size *= 8) {
      const isAll = size >= this.held.length;
      const part = this.nextIn(this.linesOf(size, isAll && isLast));
      if (part !== null || isAll) return part;
    }
  }

  /** What begins the text; null where its end is to come. */
  private nextIn(text: string): DumpPart | null {
    OTHER.lastIndex = 0;
    const other = OTHER.exec(text);
    if (other !== null) {
      if (other[1] !== undefined) this.delimiter = other[1];
      return this.take('other', other[0].length, true);
    }
    const length = this.lengthOf(text);
    if (length === null) return null;
    const statement = text.slice(0, length);
    const mode = SQL_MODE.exec(statement)?.[1];
    if (mode !== undefined && /^[\s/*!0-9]*SET\b/i.test(statement)) {
      this.backslashes = !mode.includes('NO_BACKSLASH_ESCAPES');
    }
    return this.take('statement', length, true);
  }

  /** The first so many bytes, to the end of a line: a mark could be cut in two. */
  private linesOf(size: number, toTheEnd: boolean): string {
    const window = this.held.subarray(0, size);
    return window.toString('latin1', 0, toTheEnd ? window.length : window.lastIndexOf(NEWLINE) + 1);
  }

  /** The length of the statement that the text begins with, its delimiter included; null where its end is to come. */
  private lengthOf(text: string): number | null {
    const skipped = this.backslashes ? SKIPPED : SKIPPED_PLAIN;
    for (let at = 0; at < text.length;) {
      if (text.startsWith(this.delimiter, at)) return at + this.delimiter.length;
      skipped.lastIndex = at;
      const match = skipped.exec(text);
      if (match !== null) at += match[0].length;
      else if (/['"`]/.test(text[at] ?? '') || /^\/\*(?!M?!)/.test(text.slice(at, at + 4))) return null;
      else at += 1;
    }
    return null;
  }

  private beginRows(head: string): DumpPart {
    this.inRows = true;
    return this.take('rows', ROWS.exec(head)?.[0].length ?? 0, false);
  }

  private nextRows(): DumpPart | null {
    const end = this.held.indexOf(ROWS_END);
    if (end !== -1) {
      this.inRows = false;
      return this.take('rows', end + ROWS_END.length, true);
    }
    // The mark may be cut in two.
    return this.held.length > 1 ? this.take('rows', this.held.length - 1, false) : null;
  }

  private take(kind: DumpPart['kind'], length: number, ends: boolean): DumpPart {
    const sql = this.held.subarray(0, length);
    this.held = this.held.subarray(length);
    return { kind, sql, ends };
  }
}
