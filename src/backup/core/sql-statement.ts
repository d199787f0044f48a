import { sqlTokens, type SqlToken, type TokenOptions } from './sql-tokens';

/** A statement that makes, changes or drops something, by its first words. */
export interface SqlStatement {
  /** In upper case; "" where it begins with no word. */
  verb: string;
  /** The kind of thing that it is about, in upper case: TABLE, VIEW, TRIGGER. */
  object: string;
  /** Its name without quotes and without a schema. */
  name: string;
  tokens: readonly SqlToken[];
  /** Where in the tokens what follows the kind begins. */
  after: number;
}

/** What may stand between a statement's verb and the kind of thing that it is about. */
const QUALIFIERS = new Set(['OR', 'REPLACE', 'SQL', 'SECURITY', 'INVOKER', 'AGGREGATE', 'BODY', 'IF', 'NOT', 'EXISTS']);
const OF_NAME = new Set(['IF', 'NOT', 'EXISTS', 'BODY']);

/** Reads a statement of definition, as far as its kind and name. */
export function readStatement(sql: string, options: TokenOptions = {}): SqlStatement {
  const tokens = [...sqlTokens(sql, options)];
  const verb = wordOf(tokens[0]);
  for (let at = 1; at < tokens.length; at += 1) {
    const word = wordOf(tokens[at]);
    if ((word === 'DEFINER' || word === 'ALGORITHM') && tokens[at + 1]?.value === '=') at = endOfValue(tokens, at + 2);
    else if (!QUALIFIERS.has(word) && !(word === 'DEFINER' && wordOf(tokens[at - 1]) === 'SECURITY')) {
      return { verb, object: word, name: nameAfter(tokens, at + 1), tokens, after: at + 1 };
    }
  }
  return { verb, object: '', name: '', tokens, after: tokens.length };
}

/** The word in upper case; "" for all but a bare word. */
export function wordOf(token: SqlToken | undefined): string {
  return token?.kind === 'word' ? token.value.toUpperCase() : '';
}

/** The last token of a value such as `a`@`b`. */
function endOfValue(tokens: readonly SqlToken[], first: number): number {
  let at = first;
  if (tokens[at + 1]?.value === '(' && tokens[at + 2]?.value === ')') at += 2;
  for (let next = tokens[at + 1]; next?.value.startsWith('@') === true && next.kind === 'word';) {
    at += next.value === '@' ? 2 : 1;
    next = tokens[at + 1];
  }
  return at;
}

function nameAfter(tokens: readonly SqlToken[], after: number): string {
  let at = after;
  while (OF_NAME.has(wordOf(tokens[at]))) at += 1;
  if (tokens[at + 1]?.value === '.' && tokens[at + 1]?.kind === 'sign') at += 2;
  return tokens[at]?.value ?? '';
}
