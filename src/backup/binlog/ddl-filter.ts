import { readStatement, wordOf } from '../core/sql-statement';

/** What a statement in the binary log may have changed, other than by rows that can be replayed. */
export type Change =
  | 'nothing'
  /** Views, triggers, routines or events: no rows. */
  | 'definitions'
  | 'tables';

/** Statements that surely change no row of a table that lasts, and no table. */
const HARMLESS = new Set(['GRANT', 'REVOKE', 'FLUSH', 'OPTIMIZE', 'SAVEPOINT', 'INSTALL', 'UNINSTALL']);
/** What follows the word where it analyzes tables: "ANALYZE DELETE ..." carries out the statement that it explains. */
const ANALYZES_TABLES = new Set(['TABLE', 'LOCAL', 'NO_WRITE_TO_BINLOG']);
const HARMLESS_OBJECTS = new Set(['TEMPORARY', 'USER', 'ROLE', 'SERVER']);
const DEFINITIONS = new Set(['FUNCTION', 'PROCEDURE', 'EVENT', 'VIEW', 'TRIGGER', 'PACKAGE']);
const OF_DEFINITION = new Set(['CREATE', 'ALTER', 'DROP', 'RENAME']);

/**
 * What a statement in the binary log may have changed in `live`. It knows what is harmless; all else counts as a change
 * of tables, so that a replay never brings back rows that were gone.
 * @param database the one that was in use
 */
export function changeOf(text: string, database: string, live: string): Change {
  const { verb, object, name, tokens } = readStatement(text);
  if (tokens.length === 0 || HARMLESS.has(verb)) return 'nothing';
  if (verb === 'ANALYZE') return ANALYZES_TABLES.has(wordOf(tokens[1])) ? 'nothing' : 'tables';
  // "SET STATEMENT ... FOR" runs the statement that follows.
  if (verb === 'SET') return object === 'STATEMENT' ? 'tables' : 'nothing';
  // Rows that were logged as a statement: a trigger may have changed tables that it does not name.
  if (!OF_DEFINITION.has(verb) && verb !== 'TRUNCATE') return 'tables';
  const isElsewhere = !isSame(database, live) && !tokens.some(({ value }) => isSame(value, live));
  if (OF_DEFINITION.has(verb)) {
    if (HARMLESS_OBJECTS.has(object)) return 'nothing';
    if (DEFINITIONS.has(object)) return isElsewhere ? 'nothing' : 'definitions';
    if (object === 'DATABASE' || object === 'SCHEMA') {
      // One that is made was not there, and its tables went with what dropped it; OR REPLACE drops it.
      const isNew = verb === 'CREATE' && wordOf(tokens[1]) !== 'OR';
      return !isNew && isSame(name, live) ? 'tables' : 'nothing';
    }
  }
  return isElsewhere ? 'nothing' : 'tables';
}

function isSame(name: string, live: string): boolean {
  return name.toLowerCase() === live.toLowerCase();
}
