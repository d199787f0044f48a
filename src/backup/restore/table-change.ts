/** What may stand between a statement's verb and the kind of thing that it makes, changes or drops. */
const QUALIFIERS = String.raw`(?:or\s+replace\s+|definer\s*=\s*\S+\s+|algorithm\s*=\s*\w+\s+|sql\s+security\s+\w+\s+|aggregate\s+)*`;
const CHANGE = /^(?:create|alter|drop|rename|truncate|insert|update|delete|replace|load|import)\b/i;
/** Nothing that holds rows for longer than a session. */
const NO_TABLE = new RegExp(
  String.raw`^(?:create|alter|drop|rename)\s+${QUALIFIERS}(?:temporary|user|role|server|function|procedure|event|view|trigger|package)\b`,
  'i',
);
/** Where it was there already nothing happens, and where it was not its tables went before: with what dropped it. */
const NEW_DATABASE = /^create\s+(?:database|schema)\b/i;
const WHOLE_DATABASE = new RegExp(
  String.raw`^(?:create|alter|drop)\s+${QUALIFIERS}(?:database|schema)\s+(?:if\s+(?:not\s+)?exists\s+)?(\`(?:[^\`]|\`\`)+\`|[^\s;*/]+)`,
  'i',
);

/**
 * Whether a statement in the binary log may have changed tables of `live`, otherwise than by rows that can be replayed.
 * Errs on the side of yes.
 * @param database the one that was in use
 */
export function changesTables(text: string, database: string, live: string): boolean {
  const bare = withoutComments(text);
  if (!CHANGE.test(bare) || NO_TABLE.test(bare) || NEW_DATABASE.test(bare)) return false;
  const whole = WHOLE_DATABASE.exec(bare)?.[1];
  if (whole !== undefined) return whole.replaceAll('`', '').toLowerCase() === live.toLowerCase();
  return database === live || mentions(bare, live);
}

/** Comments that a server executes count as what they hold. */
function withoutComments(text: string): string {
  let bare = text.trim();
  for (let before = ''; before !== bare;) {
    before = bare;
    bare = bare.replace(/^(?:\/\*M?!\d*|\/\*(?!M?!).*?\*\/|(?:--|#).*\n)\s*/s, '');
  }
  return bare;
}

function mentions(text: string, name: string): boolean {
  const quoted = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?:^|[^\\w$])${quoted}(?:[^\\w$]|$)`, 'i').test(text);
}
