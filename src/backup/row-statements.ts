import { BODIES, CREATE, END, first, LONGEST_MARK } from './dump-marks';

const INSERT = Buffer.from('\nINSERT INTO `');
/** A line end within a value is escaped: this is the end of a statement. */
const AFTER = Buffer.from(';\n');
/**
 * One that a dump's head is made of. The client's character set stands there for the table's definition alone, in older
 * programs' dumps as one that lacks half of all characters; the table's rows come after it was put back.
 */
const SETTING = /^\/\*M?!\d+ SET (?!character_set_client\b).*\*\/;$/gm;

/** A part of a dump: a statement that inserts rows which may be inserted in any order, or anything else. */
export interface DumpPart {
  rows: boolean;
  sql: Buffer;
}

/** Cuts a dump into its parts, in order. */
export class RowStatements {
  /** The statements at the dump's head that every session which takes rows of it must have run. */
  settings = '';
  private held: Buffer = Buffer.alloc(0);
  private statement: Buffer[] | null = null;
  private head: string | null = '';
  private anyOrder = false;
  /** The line end that comes next was given out with a statement. */
  private given = false;
  private done = false;

  push(chunk: Buffer): DumpPart[] {
    if (this.done) return [{ rows: false, sql: chunk }];
    const out: DumpPart[] = [];
    let data = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    for (;;) {
      if (this.statement !== null) {
        const end = data.indexOf(AFTER);
        if (end === -1) {
          // The mark may be cut in two.
          this.statement.push(data.subarray(0, -1));
          return this.hold(data.subarray(-1), out);
        }
        out.push({ rows: this.anyOrder, sql: Buffer.concat([...this.statement, data.subarray(0, end), AFTER]) });
        this.statement = null;
        // A mark may begin with its line end.
        this.given = true;
        data = data.subarray(end + 1);
        continue;
      }
      const next = first(data, [CREATE, INSERT, ...BODIES]);
      if (next === null) {
        const kept = Math.max(0, data.length - LONGEST_MARK);
        this.other(data.subarray(0, kept), out);
        return this.hold(data.subarray(kept), out);
      }
      const { at, mark } = next;
      if (BODIES.includes(mark)) {
        this.done = true;
        this.other(data, out);
        return this.hold(Buffer.alloc(0), out);
      }
      if (mark === INSERT) {
        // The line end before it is the end of what was before.
        this.other(data.subarray(0, at + 1), out);
        this.statement = [];
        data = data.subarray(at + 1);
        continue;
      }
      const end = data.indexOf(END, at);
      if (end === -1) {
        this.other(data.subarray(0, at), out);
        return this.hold(data.subarray(at), out);
      }
      this.endHead(data.subarray(0, at));
      // Without a primary key, rows lie as they came.
      this.anyOrder = data.subarray(at, end).includes('\n  PRIMARY KEY (');
      this.other(data.subarray(0, end), out);
      data = data.subarray(end);
    }
  }

  /** All that is left of what was pushed: after its end, or between two lines of it. */
  flush(): DumpPart[] {
    const out: DumpPart[] = [];
    this.other(Buffer.concat([...(this.statement ?? []), this.held]), out);
    this.statement = null;
    this.hold(Buffer.alloc(0), out);
    return out;
  }

  private other(data: Buffer, out: DumpPart[]): void {
    const sql = this.given ? data.subarray(1) : data;
    if (data.length > 0) this.given = false;
    if (sql.length === 0) return;
    if (this.head !== null) this.head += sql.toString();
    out.push({ rows: false, sql });
  }

  private endHead(last: Buffer): void {
    if (this.head === null) return;
    this.settings = (`${this.head}${last.toString()}`.match(SETTING) ?? []).map((line) => `${line}\n`).join('');
    this.head = null;
  }

  private hold(data: Buffer, out: DumpPart[]): DumpPart[] {
    this.held = data;
    return out;
  }
}
