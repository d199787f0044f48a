import { createHash } from 'node:crypto';
import { OWN_TABLES } from '../../../database/connection/own-tables';
import type { Query } from '../../../database/connection/query';
import type { ColumnShape, TableShape, TableShapes } from './transaction';

const COLUMNS = `SELECT TABLE_NAME AS tableName, COLUMN_NAME AS name, DATA_TYPE AS type, COLUMN_TYPE AS fullType,
    CHARACTER_SET_NAME AS charset, COLLATION_NAME AS collation, CHARACTER_OCTET_LENGTH AS bytes, EXTRA AS extra,
    COALESCE(GENERATION_EXPRESSION, '') AS expression
  FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION`;
const TABLES = `SELECT TABLE_NAME AS name, TABLE_TYPE AS kind FROM information_schema.TABLES
  WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE <> 'VIEW' ORDER BY TABLE_NAME`;
/** A part of a key that is no column, or only the beginning of one, does not tell rows apart as the column does. */
const KEYS = `SELECT TABLE_NAME AS tableName, INDEX_NAME AS indexName, COLUMN_NAME AS columnName,
    (SUB_PART IS NOT NULL OR NULLABLE = 'YES' OR COLUMN_NAME IS NULL) AS isVague
  FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = 0
  ORDER BY TABLE_NAME, INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX`;
const TRIGGERS = `SELECT DISTINCT EVENT_OBJECT_TABLE AS tableName, EVENT_MANIPULATION AS verb
  FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = DATABASE() ORDER BY 1, 2`;
const CASCADES = `SELECT DISTINCT REFERENCED_TABLE_NAME AS tableName FROM information_schema.REFERENTIAL_CONSTRAINTS
  WHERE UNIQUE_CONSTRAINT_SCHEMA = DATABASE()
    AND (UPDATE_RULE NOT IN ('RESTRICT', 'NO ACTION') OR DELETE_RULE NOT IN ('RESTRICT', 'NO ACTION')) ORDER BY 1`;

/** No two values of these compare as they are written: one that is equal may not be found. */
const VAGUE_TYPES = new Set(['float', 'double', 'json']);

/** Reads what the tables of the session's database look like, without those that are neither dumped nor restored. */
export async function readShapes(query: Query): Promise<TableShapes> {
  const columns = grouped(await query(COLUMNS), 'tableName');
  const keys = grouped(await query(KEYS), 'tableName');
  const triggers = grouped(await query(TRIGGERS), 'tableName');
  const cascading = new Set((await query(CASCADES)).map(({ tableName }) => String(tableName)));
  const tables = new Map<string, TableShape>();
  const hash = createHash('sha256');
  for (const row of await query(TABLES)) {
    const name = String(row.name);
    if (OWN_TABLES.includes(name)) continue;
    const rows = columns.get(name) ?? [];
    const shapes = rows.map(columnShape);
    const shape: TableShape = {
      name,
      kind: String(row.kind),
      columns: shapes,
      key: keyOf(keys.get(name) ?? [], shapes),
      triggers: new Set((triggers.get(name) ?? []).map(({ verb }) => String(verb))),
      cascades: cascading.has(name),
    };
    tables.set(name, shape);
    hash.update(JSON.stringify([{ ...shape, triggers: [...shape.triggers] }, rows]));
  }
  return { tables, fingerprint: hash.digest('hex') };
}

type Row = Record<string, unknown>;

/** In the order of the rows. */
function grouped(rows: readonly Row[], by: string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(String(row[by]));
    if (group === undefined) groups.set(String(row[by]), [row]);
    else group.push(row);
  }
  return groups;
}

function columnShape(row: Row): ColumnShape {
  const extra = String(row.extra).toLowerCase();
  const fullType = String(row.fullType).toLowerCase();
  return {
    name: String(row.name),
    type: String(row.type).toLowerCase(),
    fullType,
    isUnsigned: /\bunsigned\b/.test(fullType),
    isGenerated: row.expression !== '' || /virtual generated|stored generated|persistent/.test(extra),
    setsItself: extra.includes('on update'),
    charset: typeof row.charset === 'string' ? row.charset.toLowerCase() : null,
    bytes: row.bytes === null ? null : Number(row.bytes),
  };
}

/** The first key all of whose parts are whole columns without NULL; the primary one comes first. */
function keyOf(rows: readonly Row[], columns: readonly ColumnShape[]): number[] | null {
  for (const parts of grouped(rows, 'indexName').values()) {
    if (parts.some(({ isVague }) => Number(isVague) !== 0)) continue;
    const places = parts.map(({ columnName }) => columns.findIndex(({ name }) => name === columnName));
    if (places.every((place) => isTelling(columns[place]))) return places;
  }
  return null;
}

function isTelling(column: ColumnShape | undefined): boolean {
  return column !== undefined && !column.isGenerated && !VAGUE_TYPES.has(column.type);
}
