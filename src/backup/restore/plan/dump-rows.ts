import { createReadStream } from 'node:fs';
import { DumpSplitter } from '../../core/dump-splitter';
import type { DumpRow } from '../../core/restore-ledger';
import { readStatement, wordOf } from '../../core/sql-statement';
import { sqlTokens, type SqlToken } from '../../core/sql-tokens';

/** Reads the rows of some tables out of a dump, without a database. Meant for small tables: they are kept in memory. */
export async function readDumpRows(
  file: string,
  sqlBytes: number,
  tables: readonly string[],
): Promise<Map<string, DumpRow[]>> {
  const found = new Map<string, DumpRow[]>(tables.map((table) => [table, []]));
  const columns = new Map<string, string[]>();
  const splitter = new DumpSplitter();
  /** The statement of rows that is being read; null for one of a table that nobody asked for. */
  let rows: Buffer[] | null = null;
  let inRows = false;
  const take = ({ kind, sql, ends }: ReturnType<DumpSplitter['push']>[number]): void => {
    if (kind === 'statement') {
      if (!CREATES_TABLE.test(sql.toString('latin1', 0, 40))) return;
      const { name, tokens } = readStatement(sql.toString());
      if (found.has(name)) columns.set(name, columnsOf(tokens));
      return;
    }
    if (kind === 'other') return;
    // Most of a dump are rows of other tables, which need not be made text.
    if (!inRows) rows = found.has(tableOf(sql)) ? [] : null;
    inRows = !ends;
    rows?.push(sql);
    if (!ends || rows === null) return;
    const { table, read } = readRows(Buffer.concat(rows).toString(), columns);
    found.get(table)?.push(...read);
    rows = null;
  };
  for await (const chunk of createReadStream(file, { end: sqlBytes - 1, highWaterMark: 2 ** 20 })) {
    for (const part of splitter.push(chunk as Buffer)) take(part);
  }
  for (const part of splitter.end()) take(part);
  return found;
}

const CREATES_TABLE = /^(?:\/\*!\d+ )?CREATE TABLE /;

/** The first piece of a statement of rows ends with the table's name. */
function tableOf(piece: Buffer): string {
  const names = [...sqlTokens(piece.toString())].filter(({ kind }) => kind === 'name');
  return names.at(-1)?.value ?? '';
}

/** The names that begin an entry between the outermost brackets. */
function columnsOf(tokens: readonly SqlToken[]): string[] {
  const columns: string[] = [];
  let depth = 0;
  let begins = false;
  for (const { kind, value } of tokens) {
    if (kind === 'name' && begins && depth === 1) columns.push(value);
    if (kind === 'sign' && value === '(') depth += 1;
    if (kind === 'sign' && value === ')') depth -= 1;
    begins = kind === 'sign' && (value === ',' || (value === '(' && depth === 1));
  }
  return columns;
}

function readRows(sql: string, known: ReadonlyMap<string, string[]>): { table: string; read: DumpRow[] } {
  const read: DumpRow[] = [];
  let table: string | undefined;
  let columns: string[] = [];
  let inValues = false;
  let values: (string | null)[] = [];
  let value: string | null | undefined;
  for (const token of sqlTokens(sql)) {
    if (!inValues) {
      if (token.kind === 'name' && table === undefined) table = token.value;
      else if (token.kind === 'name') columns.push(token.value);
      inValues = wordOf(token) === 'VALUES';
      if (inValues && columns.length === 0) columns = known.get(table ?? '') ?? [];
      continue;
    }
    if (token.kind === 'sign' && (token.value === ',' || token.value === ')')) {
      if (value !== undefined) values.push(value);
      value = undefined;
      if (token.value === ')') {
        read.push(Object.fromEntries(columns.map((column, i) => [column, values[i] ?? null])));
        values = [];
      }
    } else if (token.kind === 'text') value = token.value;
    else if (token.value !== '(' && token.value !== ';') {
      // A sign stands before its number, and a character set before its text.
      value = wordOf(token) === 'NULL' ? null : `${value ?? ''}${token.value}`;
    }
  }
  return { table: table ?? '', read };
}
