/** A piece of SQL text: a bare word or number, a quoted name, a quoted text, or one sign of punctuation. */
export interface SqlToken {
  kind: 'word' | 'name' | 'text' | 'sign';
  /** Without its quotes and escapes. */
  value: string;
  /** Where it begins and ends in the text that was read. */
  at: number;
  end: number;
}

export interface TokenOptions {
  /** False under the SQL mode NO_BACKSLASH_ESCAPES. */
  backslashes?: boolean;
}

/** Marks of comments whose content a server executes; 999999 is above every server's version. */
const EXECUTED = /\/\*M?!(?!9{6})\d*/y;
const COMMENT = /\/\*[\s\S]*?(?:\*\/|$)|--(?=[\s]|$)[^\n]*|#[^\n]*/y;
const SPACE = /\s+/y;
const WORD = /\d+\.\d+(?:e[+-]?\d+)?|[A-Za-z0-9_$@\u0080-\uffff]+/iy;
const QUOTED: Readonly<Record<string, RegExp>> = {
  '`': /`((?:[^`]|``)*)`/y,
  "'": /'([^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*)'/y,
  '"': /"([^"\\]*(?:(?:\\[\s\S]|"")[^"\\]*)*)"/y,
};
const QUOTED_PLAIN: Readonly<Record<string, RegExp>> = {
  "'": /'((?:[^']|'')*)'/y,
  '"': /"((?:[^"]|"")*)"/y,
};
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', Z: '\x1a', '0': '\0' };

/**
 * Reads SQL text as a server does. Comments are left out, and those that a server executes count as what they hold. A
 * quote that is never closed is read as one sign.
 */
export function* sqlTokens(sql: string, { backslashes = true }: TokenOptions = {}): Generator<SqlToken> {
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(sql);
  };
  while (at < sql.length) {
    const skipped = match(SPACE) ?? match(EXECUTED) ?? match(COMMENT);
    if (skipped !== null) {
      at += skipped[0].length;
      continue;
    }
    // The end of a comment that is executed.
    if (sql.startsWith('*/', at)) {
      at += 2;
      continue;
    }
    const character = sql[at] ?? '';
    const pattern = (backslashes ? undefined : QUOTED_PLAIN[character]) ?? QUOTED[character];
    const quoted = pattern === undefined ? null : match(pattern);
    if (quoted !== null) {
      const end = at + quoted[0].length;
      const isName = character === '`';
      const value = unquote(quoted[1] ?? '', character, backslashes && !isName);
      yield { kind: isName ? 'name' : 'text', value, at, end };
      at = end;
      continue;
    }
    const word = match(WORD)?.[0];
    const value = word ?? character;
    yield { kind: word === undefined ? 'sign' : 'word', value, at, end: at + value.length };
    at += value.length;
  }
}

function unquote(text: string, quote: string, backslashes: boolean): string {
  const plain = text.replaceAll(quote + quote, quote);
  if (!backslashes) return plain;
  return text.replace(/\\([\s\S])|(['"])\2/g, (pair: string, escaped: string | undefined) => {
    if (escaped !== undefined) return ESCAPES[escaped] ?? escaped;
    return pair.startsWith(quote) ? quote : pair;
  });
}

/** The first words of a statement, in upper case: enough to tell its kind. */
export function firstWords(sql: string, count: number): string[] {
  const words: string[] = [];
  for (const { kind, value } of sqlTokens(sql)) {
    words.push(kind === 'word' ? value.toUpperCase() : '');
    if (words.length === count) break;
  }
  return words;
}
