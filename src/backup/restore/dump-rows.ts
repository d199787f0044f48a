import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { CREATE } from '../dump-marks';
import type { DumpRow } from './ledger';

/** Reads the rows of some tables out of a dump, without a database. Meant for small tables: they are kept in memory. */
export async function readDumpRows(
  file: string,
  sqlBytes: number,
  tables: readonly string[],
): Promise<Map<string, DumpRow[]>> {
  const found = new Map<string, DumpRow[]>(tables.map((table) => [table, []]));
  const columns = new Map<string, string[]>();
  let defining: string[] | null = null;
  let inserting: { rows: DumpRow[]; columns: string[] } | null = null;
  // Readline splits at more than line feeds, but those that a value holds are escaped and "\u2028" is left alone.
  const input = Readable.from(sections(file, sqlBytes, tables));
  const lines = createInterface({ input, crlfDelay: 0 });
  for await (const line of lines) {
    if (inserting !== null) {
      for (const values of tuples(line)) inserting.rows.push(toRow(inserting.columns, values));
      if (line.endsWith(';')) inserting = null;
      continue;
    }
    if (defining !== null) {
      const column = /^ {2}`((?:[^`]|``)+)` /.exec(line)?.[1];
      if (column !== undefined) defining.push(column);
      if (line.startsWith(')')) defining = null;
      continue;
    }
    const [, verb, table = '', list, rest = ''] =
      /^(CREATE TABLE|INSERT INTO) `([^`]+)` (?:(\([^)]*\)) )?(?:\(|VALUES)(.*)$/.exec(line) ?? [];
    const rows = found.get(table);
    if (rows === undefined) continue;
    if (verb === 'CREATE TABLE') {
      defining = [];
      columns.set(table, defining);
      continue;
    }
    const named =
      list === undefined ? columns.get(table) : [...list.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    const target = { rows, columns: named ?? [] };
    for (const values of tuples(rest)) rows.push(toRow(target.columns, values));
    if (!line.endsWith(';')) inserting = target;
  }
  return found;
}

const QUOTE = 0x60;

/**
 * What a dump says of these tables alone (a line end within a value is escaped): most of a file are the rows of others,
 * which need not be made text.
 */
async function* sections(file: string, sqlBytes: number, tables: readonly string[]): AsyncGenerator<Buffer> {
  // The first line counts as one after a line end.
  let held: Buffer = Buffer.from('\n');
  let wanted = false;
  for await (const chunk of createReadStream(file, { end: sqlBytes - 1, highWaterMark: 2 ** 20 })) {
    let data = Buffer.concat([held, chunk as Buffer]);
    for (;;) {
      const at = data.indexOf(CREATE);
      const name = at + CREATE.length;
      const end = at === -1 ? -1 : data.indexOf(QUOTE, name);
      // The mark, or the name after it, may be cut in two.
      const known = at === -1 ? Math.max(0, data.length - CREATE.length) : at;
      if (wanted && known > 0) yield data.subarray(0, known);
      if (end === -1) {
        held = data.subarray(known);
        break;
      }
      wanted = tables.includes(data.toString('utf8', name, end));
      if (wanted) yield data.subarray(at, end);
      data = data.subarray(end);
    }
  }
  if (wanted) yield held;
}

function toRow(columns: readonly string[], values: readonly (string | null)[]): DumpRow {
  return Object.fromEntries(columns.map((column, i) => [column, values[i] ?? null]));
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', Z: '\x1a', '0': '\0' };
/** A quoted text, or anything else up to the next separator. */
const VALUE = /'((?:[^'\\]|\\.|'')*)'|([^,()']+)/gs;

/** The tuples of values in one line of an INSERT statement. */
function* tuples(line: string): Generator<(string | null)[]> {
  let values: (string | null)[] = [];
  let at = 0;
  while (at < line.length) {
    const character = line[at];
    if (character === '(' || character === ',' || character === ' ') at += 1;
    else if (character === ')') {
      yield values;
      values = [];
      at += 1;
    } else if (character === ';') return;
    else {
      VALUE.lastIndex = at;
      const match = VALUE.exec(line);
      if (match === null) return;
      const [, quoted, plain = ''] = match;
      if (quoted !== undefined) values.push(unescape(quoted));
      else values.push(plain.trim() === 'NULL' ? null : plain.trim());
      at = VALUE.lastIndex;
    }
  }
}

function unescape(text: string): string {
  return text.replace(/\\(.)|''/gs, (_, escaped?: string) =>
    escaped === undefined ? "'" : (ESCAPES[escaped] ?? escaped),
  );
}
