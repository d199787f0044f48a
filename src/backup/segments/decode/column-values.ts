import { jsonText } from './binary-json';
import { decimalBytes, decimalText, doubleText, floatText } from './numeric';
import { Obstructed } from './obstructed';
import { binaryText, inet4Text, inet6Text, textLiteral, uuidText } from './literals';
import { dateText, dateTimeText, fractionBytes, timestampText, timeText } from './temporal';
import type { ColumnShape } from './transaction';

/** How a column's values stand in events of rows. */
export interface ColumnValues {
  /** How many bytes before a value say its length; a value of a column without any has always the same length. */
  prefix: number;
  /** In bytes; of what has a prefix, 0. */
  length: number;
  /** The value between those places, as it stands in SQL, whatever the session's SQL mode. */
  toSql(bytes: Buffer, at: number, end: number): string;
}

/** What the log says of a column: its type by number, and what more it says of that. */
export interface LoggedColumn {
  type: number;
  meta: number;
}

/** How many bytes of `meta` a type has; null for one that is not known. */
export function metaBytes(type: number): number | null {
  if (type === 15 || type === 16 || type === 246 || type === 253 || type === 254 || type === 247 || type === 248)
    return 2;
  if ([4, 5, 17, 18, 19, 245, 252, 255].includes(type)) return 1;
  return [1, 2, 3, 8, 9, 10, 13, 14].includes(type) ? 0 : null;
}

const fixed = (length: number, toSql: ColumnValues['toSql']): ColumnValues => ({ prefix: 0, length, toSql });
const prefixed = (prefix: number, toSql: ColumnValues['toSql']): ColumnValues => ({ prefix, length: 0, toSql });
const quoted = (text: string): string => `'${text}'`;

/**
 * Finds how to read the values of that column.
 * @throws Obstructed where the log does not fit the shape, or the values of that type are not surely read
 */
export function valuesOf(table: string, column: ColumnShape, logged: LoggedColumn): ColumnValues {
  const found = numbers(column, logged) ?? moments(column, logged) ?? texts(column, logged);
  if (found !== null) return found;
  throw new Obstructed(
    `The column ${column.name} of the table ${table} is of the type ${column.fullType} and logged as type ` +
      `${logged.type} (${logged.meta}): the values of such a column cannot be carried over.`,
  );
}

const WHOLE: Readonly<Record<number, [name: string, length: number]>> = {
  1: ['tinyint', 1],
  2: ['smallint', 2],
  9: ['mediumint', 3],
  3: ['int', 4],
  8: ['bigint', 8],
};

function numbers({ type, fullType, isUnsigned }: ColumnShape, logged: LoggedColumn): ColumnValues | null {
  const { meta } = logged;
  const [name, length = 0] = WHOLE[logged.type] ?? [];
  if (name !== undefined)
    return name === type ? fixed(length, (bytes, at) => wholeText(bytes, at, length, isUnsigned)) : null;
  const [first, second] = sizes(fullType);
  switch (logged.type) {
    case 4:
      if (type !== 'float' || first !== undefined || meta !== 4) return null;
      return fixed(4, (bytes, at) => floatText(bytes.readFloatLE(at)));
    case 5:
      if (type !== 'double' || first !== undefined || meta !== 8) return null;
      return fixed(8, (bytes, at) => doubleText(bytes.readDoubleLE(at)));
    case 13:
      if (type !== 'year' || first === 2) return null;
      return fixed(1, (bytes, at) => (bytes[at] === 0 ? "'0000'" : String(1900 + (bytes[at] ?? 0))));
    case 16: {
      const bits = (meta >> 8) * 8 + (meta & 0xff);
      const width = Math.ceil(bits / 8);
      if (type !== 'bit' || first !== bits) return null;
      return fixed(width, (bytes, at, end) => BigInt(`0x${bytes.toString('hex', at, end)}`).toString());
    }
    case 246: {
      const [precision, scale] = [meta & 0xff, meta >> 8];
      if (type !== 'decimal' || first !== precision || second !== scale) return null;
      return fixed(decimalBytes(precision, scale), (bytes, at, end) =>
        decimalText(bytes.subarray(at, end), precision, scale),
      );
    }
    default:
      return null;
  }
}

function wholeText(bytes: Buffer, at: number, length: number, isUnsigned: boolean): string {
  if (length === 8) return (isUnsigned ? bytes.readBigUInt64LE(at) : bytes.readBigInt64LE(at)).toString();
  return String(isUnsigned ? bytes.readUIntLE(at, length) : bytes.readIntLE(at, length));
}

function moments({ type, fullType }: ColumnShape, logged: LoggedColumn): ColumnValues | null {
  if (logged.type === 10 || logged.type === 14) {
    return type === 'date' ? fixed(3, (bytes, at) => quoted(dateText(bytes, at))) : null;
  }
  const [digits = 0] = sizes(fullType);
  // MariaDB's own form of old: "/* mariadb-5.3 */".
  if (logged.meta !== digits || fullType.includes('/*')) return null;
  const more = fractionBytes(digits);
  if (logged.type === 17 && type === 'timestamp') {
    return fixed(4 + more, (bytes, at) => quoted(timestampText(bytes, at, digits)));
  }
  if (logged.type === 18 && type === 'datetime')
    return fixed(5 + more, (bytes, at) => quoted(dateTimeText(bytes, at, digits)));
  if (logged.type === 19 && type === 'time') return fixed(3 + more, (bytes, at) => quoted(timeText(bytes, at, digits)));
  return null;
}

const BLOBS: Readonly<Record<string, number>> = {
  tinytext: 1,
  tinyblob: 1,
  text: 2,
  blob: 2,
  mediumtext: 3,
  mediumblob: 3,
  longtext: 4,
  longblob: 4,
};
const SHAPES_IN_SPACE =
  /^(?:geometry|point|linestring|polygon|multipoint|multilinestring|multipolygon|geometrycollection|geomcollection)$/;
const OF_16_BYTES: Readonly<Record<string, (bytes: Buffer) => string>> = { uuid: uuidText, inet6: inet6Text };

function texts(column: ColumnShape, logged: LoggedColumn): ColumnValues | null {
  const { type, charset, bytes: most } = column;
  const asText =
    charset === null
      ? binaryText
      : (bytes: Buffer, at: number, end: number): string => textLiteral(bytes, at, end, charset);
  const { meta } = logged;
  switch (logged.type) {
    case 15:
      if ((type !== 'varchar' && type !== 'varbinary') || meta !== most || column.fullType.includes('/*')) return null;
      return prefixed(meta > 255 ? 2 : 1, asText);
    case 252:
      return BLOBS[type] === meta && !column.fullType.includes('/*') ? prefixed(meta, asText) : null;
    case 245:
      return type === 'json' ? prefixed(meta, jsonLiteral) : null;
    case 255:
      return SHAPES_IN_SPACE.test(type) ? prefixed(meta, binaryText) : null;
    case 254:
      return strings(column, meta, asText);
    default:
      return null;
  }
}

function jsonLiteral(bytes: Buffer, at: number, end: number): string {
  const text = Buffer.from(jsonText(bytes.subarray(at, end)));
  return textLiteral(text, 0, text.length, 'utf8mb4');
}

/** What the log has as type 254: its first byte of `meta` tells more. */
function strings({ type, bytes: most }: ColumnShape, meta: number, asText: ColumnValues['toSql']): ColumnValues | null {
  const [head, low] = [meta & 0xff, meta >> 8];
  if (head === 247 || head === 248) {
    if (type !== (head === 247 ? 'enum' : 'set')) return null;
    // By number: an ENUM's place from 1, a SET's members as bits.
    return fixed(low, (bytes, at) => wholeText(bytes, at, low, true));
  }
  // A length above 255 has its highest bits in the first byte, turned round.
  const length = low | (((head & 0x30) ^ 0x30) << 4);
  if ((head | 0x30) !== 254) return null;
  const prefix = length > 255 ? 2 : 1;
  const of16 = OF_16_BYTES[type];
  if (of16 !== undefined)
    return length === 16 ? prefixed(prefix, (bytes, at, end) => of16(filled(bytes, at, end, 16))) : null;
  if (type === 'inet4')
    return length === 4 ? prefixed(prefix, (bytes, at, end) => inet4Text(filled(bytes, at, end, 4))) : null;
  if (length !== most) return null;
  if (type === 'binary')
    return prefixed(prefix, (bytes, at, end) => binaryText(filled(bytes, at, end, length), 0, length));
  return type === 'char' ? prefixed(prefix, asText) : null;
}

/** The log leaves out zeros at the end. */
function filled(bytes: Buffer, at: number, end: number, length: number): Buffer {
  const whole = Buffer.alloc(length);
  bytes.copy(whole, 0, at, end);
  return whole;
}

/** The numbers in brackets: "decimal(10,2) unsigned". */
function sizes(fullType: string): number[] {
  const inside = /^\w+\(([\d,]+)\)/.exec(fullType)?.[1];
  return inside === undefined ? [] : inside.split(',').map(Number);
}
