import { createReadStream } from 'node:fs';
import { DumpSplitter, type DumpPart } from '../../core/dump-splitter';
import { readStatement, wordOf, type SqlStatement } from '../../core/sql-statement';

/** What a dump makes, and what is special about it. */
export interface DumpContents {
  /** "table users", "view accounts": each once, in the dump's order. */
  objects: ReadonlySet<string>;
  /** The events that are not disabled. */
  events: readonly string[];
  /** Tables that lie in a folder of their own: "table elsewhere (/mnt/fast)". */
  elsewhere: readonly string[];
  /** Triggers, routines and events that name the dumped database itself: "procedure close_month". */
  qualified: readonly string[];
}

const TABLES = new Set(['TABLE', 'SEQUENCE']);
const CODE = new Set(['VIEW', 'TRIGGER', 'FUNCTION', 'PROCEDURE', 'PACKAGE', 'EVENT']);
/** Sets a sequence to where it was. */
const SETS_SEQUENCE = /^(?:\/\*!\d* *)?(?:DO|SELECT) +SETVAL\(/i;
/** What begins no definition is let through unread. */
const NO_DEFINITION = /^(?:\/\*M?!\d* *)?(?:SET|COMMIT|START|LOCK|UNLOCK)\b/i;

/**
 * Makes a dump fit for a database of another name that stands beside the live one, on its way there. Events come
 * disabled: an owner's event must never run in a copy. Names of the dumped database are left out of the definitions of
 * tables, views and triggers, or a copy's sequence would be the live one. Tables go to the server's own folder: no
 * server moves one safely that lies elsewhere. All else stays as it is, byte by byte.
 */
export class DumpFilter {
  private readonly splitter = new DumpSplitter();
  private readonly objects = new Set<string>();
  private readonly events: string[] = [];
  private readonly elsewhere: string[] = [];
  private readonly qualified: string[] = [];
  private readonly notOfTables: Buffer[] = [];
  private readonly schema: string;

  /**
   * @param database the one that was dumped
   * @param events whether events come disabled, or as they were
   */
  constructor(
    database: string,
    private readonly eventsCome: 'disabled' | 'as they were' = 'disabled',
  ) {
    // The text is read byte by byte, as parts of a dump may be in several character sets.
    this.schema = Buffer.from(database).toString('latin1');
  }

  push(chunk: Buffer): Buffer[] {
    return this.splitter.push(chunk).map((part) => this.take(part));
  }

  end(): Buffer[] {
    return this.splitter.end().map((part) => this.take(part));
  }

  get contents(): DumpContents {
    const { objects, events, elsewhere, qualified } = this;
    return { objects, events, elsewhere, qualified };
  }

  /**
   * The statements that make views, triggers, routines and events, as they stand in the dump; null where there are none.
   */
  get code(): Buffer | null {
    const hasCode = [...this.objects].some((object) => CODE.has((object.split(' ')[0] ?? '').toUpperCase()));
    return hasCode ? Buffer.concat(this.notOfTables) : null;
  }

  private take({ kind, sql }: DumpPart): Buffer {
    if (kind === 'rows') return sql;
    const text = sql.toString('latin1');
    if (kind === 'other') {
      if (/^DELIMITER/i.test(text)) this.keep(text);
      return sql;
    }
    if (SETS_SEQUENCE.test(text)) return sql;
    if (NO_DEFINITION.test(text)) {
      this.keep(text);
      return sql;
    }
    const statement = readStatement(text);
    const changed = this.changed(text, statement);
    if (TABLES.has(statement.object)) return Buffer.from(changed, 'latin1');
    this.keep(text);
    const isEvent = this.eventsCome === 'disabled' && statement.verb === 'CREATE' && statement.object === 'EVENT';
    return Buffer.from(isEvent ? withEventDisabled(changed) : changed, 'latin1');
  }

  private changed(text: string, statement: SqlStatement): string {
    const { verb, object, tokens } = statement;
    const isMade = TABLES.has(object) || CODE.has(object);
    if (verb !== 'CREATE' || !isMade) return text;
    const name = Buffer.from(statement.name, 'latin1').toString();
    const what = `${object.toLowerCase()} ${name}`;
    this.objects.add(what);
    if (object === 'EVENT' && withEventDisabled(text) !== text) this.events.push(name);
    if (object === 'TABLE') {
      const own = this.qualifiersIn(tokens).map(({ at, end }) => ({ at, end }));
      return without(text, [...own, ...this.foldersIn(what, tokens)]);
    }
    if (object === 'VIEW')
      return without(
        text,
        this.qualifiersIn(tokens).filter(({ isCall }) => isCall),
      );
    const header = object === 'TRIGGER' ? tokens.findIndex((token) => wordOf(token) === 'EACH') : 0;
    if (this.qualifiersIn(tokens.slice(header)).length > 0) this.qualified.push(what);
    return without(text, this.qualifiersIn(tokens.slice(0, header)));
  }

  /** Where the dumped database is named before one of its own. */
  private qualifiersIn(tokens: SqlStatement['tokens']): (Range & { isCall: boolean })[] {
    return tokens.flatMap(({ kind, value, at }, i) => {
      const dot = tokens[i + 1];
      const isOwn = (kind === 'name' || kind === 'word') && value === this.schema && tokens[i - 1]?.value !== '.';
      if (!isOwn || dot?.kind !== 'sign' || dot.value !== '.') return [];
      return [{ at, end: dot.end, isCall: tokens[i + 3]?.value === '(' && tokens[i + 3]?.kind === 'sign' }];
    });
  }

  /** DATA DIRECTORY = '...' and INDEX DIRECTORY = '...'. */
  private foldersIn(table: string, tokens: SqlStatement['tokens']): Range[] {
    return tokens.flatMap((token, i) => {
      if (!['DATA', 'INDEX'].includes(wordOf(token)) || wordOf(tokens[i + 1]) !== 'DIRECTORY') return [];
      const folder = tokens[i + 2]?.value === '=' ? tokens[i + 3] : tokens[i + 2];
      if (folder?.kind !== 'text') return [];
      this.elsewhere.push(`${table} (${folder.value})`);
      return [{ at: token.at, end: folder.end }];
    });
  }

  private keep(text: string): void {
    this.notOfTables.push(Buffer.from(`${text.trimEnd()}\n`, 'latin1'));
  }
}

interface Range {
  at: number;
  end: number;
}

function without(text: string, ranges: readonly Range[]): string {
  let kept = '';
  let from = 0;
  for (const { at, end } of [...ranges].sort((a, b) => a.at - b.at)) {
    kept += text.slice(from, at);
    from = end;
  }
  return kept + text.slice(from);
}

/** The statement that makes an event, with ENABLE before its body turned into DISABLE. */
function withEventDisabled(text: string): string {
  const { tokens, after } = readStatement(text);
  const body = tokens.findIndex((token, i) => i > after && wordOf(token) === 'DO');
  const enable = tokens.findIndex((token, i) => i > after && i < body && wordOf(token) === 'ENABLE');
  const { at, end } = tokens[enable] ?? { at: 0, end: 0 };
  return enable === -1 ? text : `${text.slice(0, at)}DISABLE${text.slice(end)}`;
}

/**
 * Statements that make views, triggers, routines and events, for a database of another name.
 * @param database the one that was dumped
 */
export function codeForOther(code: Buffer, database: string, eventsCome: 'disabled' | 'as they were'): Buffer {
  const filter = new DumpFilter(database, eventsCome);
  return Buffer.concat([...filter.push(code), ...filter.end()]);
}

/** Reads what a dump makes. @param database the one that was dumped */
export async function readContents(file: string, sqlBytes: number, database: string): Promise<DumpContents> {
  return (await filterFile(file, sqlBytes, database)).contents;
}

/** Reads a dump through the filter, which then tells what it holds. */
export async function filterFile(file: string, sqlBytes: number, database: string): Promise<DumpFilter> {
  const filter = new DumpFilter(database);
  const input = createReadStream(file, { end: Math.max(0, sqlBytes - 1), highWaterMark: 2 ** 20 });
  for await (const chunk of input) filter.push(chunk as Buffer);
  filter.end();
  return filter;
}
