import { BODIES, CREATE, END, first, LONGEST_MARK } from './dump-marks';

/** What a dump says after the last row of a table. */
const ENABLE = Buffer.from('\n/*!40000 ALTER TABLE `');
/** A definition is never longer: a server takes 4096 columns at most. */
const MAX_DEFINITION = 8 * 2 ** 20;

/**
 * Changes a dump on its way to the server so that a table gets its secondary keys and foreign keys after its rows: a
 * server builds a whole index by sorting much faster than row by row. What comes out in the end is the same.
 */
export class KeysLater {
  private held: Buffer = Buffer.alloc(0);
  private pending: string | null = null;
  private done = false;

  /** What of the dump may go on to the server now. */
  push(chunk: Buffer): Buffer[] {
    if (this.done) return [chunk];
    let data = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    const out: Buffer[] = [];
    for (;;) {
      const next = first(data, [CREATE, ENABLE, ...BODIES]);
      if (next === null) break;
      const { at, mark } = next;
      if (BODIES.includes(mark)) {
        this.done = true;
        out.push(data.subarray(0, at), ...this.flush(), data.subarray(at));
        this.held = Buffer.alloc(0);
        return out;
      }
      if (mark === ENABLE) {
        const lineEnd = data.indexOf(0x0a, at + 1);
        if (lineEnd === -1) return this.hold(data, at, out);
        const isAfterRows = data.subarray(at, lineEnd).includes(' ENABLE KEYS ');
        out.push(data.subarray(0, at), ...(isAfterRows ? this.flush() : []), data.subarray(at, lineEnd));
        data = data.subarray(lineEnd);
        continue;
      }
      const end = data.indexOf(END, at + 1);
      if (end === -1) {
        if (data.length - at > MAX_DEFINITION) break;
        return this.hold(data, at, out);
      }
      out.push(data.subarray(0, at), ...this.flush(), this.definition(data.subarray(at, end).toString()));
      data = data.subarray(end);
    }
    // A mark may be cut in two.
    return this.hold(data, Math.max(0, data.length - LONGEST_MARK), out);
  }

  /** The rest. */
  end(): Buffer[] {
    return [this.held, ...this.flush()];
  }

  private hold(data: Buffer, from: number, out: Buffer[]): Buffer[] {
    out.push(data.subarray(0, from));
    this.held = data.subarray(from);
    return out;
  }

  private flush(): Buffer[] {
    const { pending } = this;
    this.pending = null;
    return pending === null ? [] : [Buffer.from(`\n${pending}`)];
  }

  /** The definition without what comes later. Begins with a line end and stops before one. */
  private definition(text: string): Buffer {
    const [, opening = '', ...lines] = text.split('\n');
    const parts = lines.map((line) => line.trim().replace(/,$/, ''));
    const later = parts.filter((part) => comesLater(part, parts));
    if (later.length === 0) return Buffer.from(text);
    const table = /`(?:[^`]|``)+`/.exec(opening)?.[0] ?? '';
    this.pending = `ALTER TABLE ${table} ${later.map((part) => `ADD ${part}`).join(', ')};`;
    const kept = parts.filter((part) => !later.includes(part)).map((part) => `  ${part}`);
    return Buffer.from(`\n${opening}\n${kept.join(',\n')}`);
  }
}

function comesLater(part: string, parts: readonly string[]): boolean {
  const primary = parts.find((other) => other.startsWith('PRIMARY KEY'));
  // Without a primary key, the rows are stored in the order of a unique one.
  if (primary === undefined) return false;
  if (/^CONSTRAINT `(?:[^`]|``)+` FOREIGN KEY /.test(part)) return true;
  const column = /^(?:UNIQUE )?KEY `(?:[^`]|``)+` \((`(?:[^`]|``)+`)/.exec(part)?.[1];
  if (column === undefined) return false;
  // A column that counts must be the first of some key from the beginning.
  const counts = parts.some((other) => other.startsWith(`${column} `) && / AUTO_INCREMENT\b/.test(other));
  return !counts || primary.startsWith(`PRIMARY KEY (${column}`);
}
