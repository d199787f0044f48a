import { escape, escapeId, format } from 'mysql2';

type SqlValue = Parameters<typeof escape>[0];

/**
 * Fills in a statement's values (`?`) and names (`??`). The driver's own way takes a name with a dot for a table in a
 * database; here each name is one name, whatever stands in it.
 */
export function fillPlaceholders(sql: string, values: readonly unknown[]): string {
  if (!sql.includes('??')) return format(sql, [...values] as SqlValue[], false, 'Z');
  let next = 0;
  return sql.replace(/\?\??/g, (placeholder) => {
    if (next >= values.length) return placeholder;
    const value = values[next++] as SqlValue;
    return placeholder === '??' ? escapeId(value, true) : escape(value, false, 'Z');
  });
}
