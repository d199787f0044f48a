import { BODIES, CREATE, END, first, LONGEST_MARK } from './dump-marks';

/** What a dump says after the last row of a table. */
const ENABLE = Buffer.from('\n/*!40000 ALTER TABLE `');
const LINE_END = Buffer.from('\n');
const FOREIGN_KEY = /^CONSTRAINT `(?:[^`]|``)+` FOREIGN KEY /;
/** A definition is never longer: a server takes 4096 columns at most. */
const MAX_DEFINITION = 8 * 2 ** 20;

/** `keys` of a table whose rows came before; `references` between all tables; or anything else of the `dump`. */
export interface KeyPart {
  what: 'dump' | 'keys' | 'references';
  sql: Buffer;
}

/**
 * Changes a dump on its way to the server so that a table gets its secondary keys after its rows, and its foreign keys
 * after all tables, or after those before the first trigger: a server builds a whole index by sorting much faster than
 * row by row. What comes out in the end is the same.
 */
export class KeysLater {
  private held: Buffer = Buffer.alloc(0);
  private keys: string | null = null;
  private readonly references: string[] = [];
  private done = false;

  /** What of the dump may go on to the server now. */
  push(chunk: Buffer): KeyPart[] {
    if (this.done) return [dump(chunk)];
    let data = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    const out: KeyPart[] = [];
    for (;;) {
      const next = first(data, [CREATE, ENABLE, ...BODIES]);
      if (next === null) break;
      const { at, mark } = next;
      // The line end is the end of what was before, and the beginning of a mark that others look for, too.
      const before = dump(data.subarray(0, at + 1));
      if (BODIES.includes(mark)) {
        this.done = true;
        out.push(before, ...this.endKeys(), this.endReferences(), dump(data.subarray(at)));
        this.held = Buffer.alloc(0);
        return out;
      }
      const end = data.indexOf(mark === ENABLE ? LINE_END : END, at + 1);
      if (end === -1) {
        if (data.length - at > MAX_DEFINITION) break;
        return this.hold(data, at, out);
      }
      if (mark === CREATE) {
        const keys = this.endKeys();
        const definition = dump(this.definition(data.subarray(at, end).toString()));
        out.push(...(keys.length === 0 ? [dump(data.subarray(0, at))] : [before, ...keys]), definition);
      } else {
        // With the keys, where there are some: it would wait for them.
        const line = data.subarray(at + 1, end + 1);
        const keys = line.includes(' ENABLE KEYS ') ? this.endKeys(line) : [];
        out.push(...(keys.length === 0 ? [dump(data.subarray(0, end))] : [before, ...keys]));
      }
      data = data.subarray(end);
    }
    // A mark may be cut in two.
    return this.hold(data, Math.max(0, data.length - LONGEST_MARK), out);
  }

  /** The rest. */
  end(): KeyPart[] {
    if (this.done) return [];
    return [dump(Buffer.concat([this.held, LINE_END])), ...this.endKeys(), this.endReferences()];
  }

  private hold(data: Buffer, from: number, out: KeyPart[]): KeyPart[] {
    out.push(dump(data.subarray(0, from)));
    this.held = data.subarray(from);
    return out;
  }

  /** @param more what follows them */
  private endKeys(more: Buffer = Buffer.alloc(0)): KeyPart[] {
    const { keys } = this;
    this.keys = null;
    return keys === null ? [] : [{ what: 'keys', sql: Buffer.concat([Buffer.from(`${keys}\n`), more]) }];
  }

  /** Empty where there are none. */
  private endReferences(): KeyPart {
    const sql = this.references.splice(0).map((statement) => `${statement}\n`);
    return { what: 'references', sql: Buffer.from(sql.join('')) };
  }

  /** The definition without what comes later. Begins with a line end and stops before one. */
  private definition(text: string): Buffer {
    const [, opening = '', ...lines] = text.split('\n');
    const parts = lines.map((line) => line.trim().replace(/,$/, ''));
    const later = parts.filter((part) => comesLater(part, parts));
    if (later.length === 0) return Buffer.from(text);
    const table = /`(?:[^`]|``)+`/.exec(opening)?.[0] ?? '';
    const adding = (wanted: string[]): string =>
      `ALTER TABLE ${table} ${wanted.map((part) => `ADD ${part}`).join(', ')};`;
    const references = later.filter((part) => FOREIGN_KEY.test(part));
    const keys = later.filter((part) => !references.includes(part));
    if (references.length > 0) this.references.push(adding(references));
    if (keys.length > 0) this.keys = adding(keys);
    const kept = parts.filter((part) => !later.includes(part)).map((part) => `  ${part}`);
    return Buffer.from(`\n${opening}\n${kept.join(',\n')}`);
  }
}

function dump(sql: Buffer): KeyPart {
  return { what: 'dump', sql };
}

function comesLater(part: string, parts: readonly string[]): boolean {
  // It needs a key of another table, which may come later.
  if (FOREIGN_KEY.test(part)) return true;
  const primary = parts.find((other) => other.startsWith('PRIMARY KEY'));
  // Without a primary key, the rows are stored in the order of a unique one.
  if (primary === undefined) return false;
  const column = /^(?:UNIQUE )?KEY `(?:[^`]|``)+` \((`(?:[^`]|``)+`)/.exec(part)?.[1];
  if (column === undefined) return false;
  // A column that counts must be the first of some key from the beginning.
  const counts = parts.some((other) => other.startsWith(`${column} `) && / AUTO_INCREMENT\b/.test(other));
  return !counts || primary.startsWith(`PRIMARY KEY (${column}`);
}
