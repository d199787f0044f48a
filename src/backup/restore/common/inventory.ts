import type { Query } from '../../../database/connection/query';
import { OWN_TABLES } from '../../../database/connection/own-tables';

/** Everything in that schema that a backup holds: "table users", "view accounts". */
export async function inventoryOf(query: Query, schema: string): Promise<Set<string>> {
  const rows = [
    ...(await query(
      `SELECT CASE TABLE_TYPE WHEN 'VIEW' THEN 'view' WHEN 'SEQUENCE' THEN 'sequence' ELSE 'table' END AS kind,
         TABLE_NAME AS name
       FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME NOT IN (?)`,
      [schema, OWN_TABLES],
    )),
    ...(await codeOf(query, schema)),
  ];
  return new Set(rows.map(({ kind, name }) => `${String(kind)} ${String(name)}`));
}

/** Everything in that schema that is neither table, sequence nor view. */
function codeOf(query: Query, schema: string): Promise<readonly Record<string, unknown>[]> {
  return query(
    `SELECT LOWER(SUBSTRING_INDEX(ROUTINE_TYPE, ' ', 1)) AS kind, ROUTINE_NAME AS name
       FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ?
     UNION ALL SELECT 'trigger', TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ?
     UNION ALL SELECT 'event', EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ?`,
    [schema, schema, schema],
  );
}

/** Which of these are not there. Some servers keep names in lower case. */
export function missingFrom(there: ReadonlySet<string>, wanted: ReadonlySet<string>): string[] {
  const known = new Set([...there].map((object) => object.toLowerCase()));
  return [...wanted].filter((object) => !known.has(object.toLowerCase()));
}

/** Whether any of these is no table and no sequence. */
export function holdsCode(objects: ReadonlySet<string>): boolean {
  return [...objects].some((object) => !/^(?:table|sequence) /.test(object));
}
