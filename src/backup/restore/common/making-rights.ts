import type { Query } from '../../../database/connection/query';
import { lacksRight } from '../../server/sql-rights';

/**
 * What each kind of object needs, and a statement that fails without that right, and else because what it names does not
 * exist: servers ask for rights first.
 */
const RIGHTS: Readonly<Record<string, { right: string; probe: string }>> = {
  view: { right: 'CREATE VIEW', probe: 'CREATE VIEW ??.?? AS SELECT * FROM ??.??' },
  trigger: { right: 'TRIGGER', probe: 'CREATE TRIGGER ??.?? BEFORE INSERT ON ??.?? FOR EACH ROW SET @nothing = 1' },
  event: { right: 'EVENT', probe: 'DROP EVENT ??.??' },
  procedure: { right: 'CREATE ROUTINE, ALTER ROUTINE', probe: "ALTER PROCEDURE ??.?? COMMENT ''" },
  function: { right: 'CREATE ROUTINE, ALTER ROUTINE', probe: "ALTER FUNCTION ??.?? COMMENT ''" },
};

interface LackingRight {
  /** "view report" */
  object: string;
  right: string;
}

/**
 * The first of these objects that the account may not make in that schema, as far as a look tells; makes nothing.
 * @param objects "view report", "trigger watch"
 */
export async function lackingRight(
  query: Query,
  schema: string,
  objects: ReadonlySet<string>,
): Promise<LackingRight | null> {
  const asked = new Set<string>();
  for (const object of objects) {
    const kind = object.split(' ')[0] ?? '';
    const { right, probe } = RIGHTS[kind] ?? { right: '', probe: '' };
    if (right === '' || asked.has(kind)) continue;
    asked.add(kind);
    const nothing = [schema, 'motorpool_none', schema, 'motorpool_none'];
    try {
      await query(probe, nothing.slice(0, (probe.match(/\?\?/g) ?? []).length));
    } catch (error) {
      if (lacksRight(error)) return { object, right };
    }
  }
  return null;
}
