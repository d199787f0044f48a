import { Obstructed } from './obstructed';

/** What the first byte of a value says that it is. */
const SMALL_OBJECT = 0;
const LARGE_OBJECT = 1;
const SMALL_ARRAY = 2;
const LARGE_ARRAY = 3;
const LITERAL = 4;
const INT16 = 5;
const INT32 = 7;
const INT64 = 9;
const UINT64 = 10;
const DOUBLE = 11;
const STRING = 12;

/** A whole number of a text is signed below this, and unsigned from here on. */
const UNSIGNED_FROM = 2n ** 32n;
const LITERALS = ['null', 'true', 'false'];
/** A server reads more digits, or a larger power of ten, with an error in the last bits. */
const EXACT_DIGITS = 15;
const EXACT_SCALE = 22;

/**
 * MySQL's binary form of a JSON value as the text from which a server makes the same value again.
 * @throws Obstructed at what no text stands for: dates, DECIMALs and bytes within JSON, small numbers that are unsigned
 * @throws RangeError where the value ends too early
 */
export function jsonText(bytes: Buffer): string {
  return valueText(bytes.readUInt8(0), bytes, 1);
}

/** @param at where what follows the type begins */
function valueText(type: number, bytes: Buffer, at: number): string {
  switch (type) {
    case SMALL_OBJECT:
    case LARGE_OBJECT:
    case SMALL_ARRAY:
    case LARGE_ARRAY:
      return manyText(type, bytes.subarray(at));
    case LITERAL:
      return LITERALS[bytes.readUInt8(at)] ?? refuse();
    case INT16:
      return String(bytes.readInt16LE(at));
    case INT32:
      return String(bytes.readInt32LE(at));
    case INT64: {
      const value = bytes.readBigInt64LE(at);
      return value < UNSIGNED_FROM ? value.toString() : refuse();
    }
    case UINT64: {
      const value = bytes.readBigUInt64LE(at);
      return value >= UNSIGNED_FROM ? value.toString() : refuse();
    }
    case DOUBLE:
      return doubleText(bytes.readDoubleLE(at));
    case STRING: {
      const { value, end } = lengthAt(bytes, at);
      if (end + value > bytes.length) throw new RangeError('the text ends too early');
      return JSON.stringify(bytes.toString('utf8', end, end + value));
    }
    default:
      return refuse();
  }
}

/** An array or an object: counts first, then where keys and values stand, then these. */
function manyText(type: number, bytes: Buffer): string {
  const isLarge = type === LARGE_OBJECT || type === LARGE_ARRAY;
  const isObject = type === SMALL_OBJECT || type === LARGE_OBJECT;
  const width = isLarge ? 4 : 2;
  const count = bytes.readUIntLE(0, width);
  const keysAt = 2 * width;
  const valuesAt = keysAt + (isObject ? count * (width + 2) : 0);
  const parts: string[] = [];
  for (let nth = 0; nth < count; nth += 1) {
    const entry = valuesAt + nth * (1 + width);
    const inner = bytes.readUInt8(entry);
    const isInline = inner === LITERAL || inner === INT16 || (isLarge && inner === INT32);
    const value = valueText(inner, bytes, isInline ? entry + 1 : bytes.readUIntLE(entry + 1, width));
    if (!isObject) {
      parts.push(value);
      continue;
    }
    const key = keysAt + nth * (width + 2);
    const [start, length] = [bytes.readUIntLE(key, width), bytes.readUInt16LE(key + width)];
    parts.push(`${JSON.stringify(bytes.toString('utf8', start, start + length))}: ${value}`);
  }
  return isObject ? `{${parts.join(', ')}}` : `[${parts.join(', ')}]`;
}

function doubleText(value: number): string {
  const text = value.toExponential();
  const [, digits = '', exponent = ''] = /^-?([\d.]+)e(.+)$/.exec(text) ?? [];
  const count = digits.replace('.', '').length;
  // As a whole number times a power of ten.
  const scale = Math.abs(Number(exponent) - (count - 1));
  const isExact = count <= EXACT_DIGITS && scale <= EXACT_SCALE && !Object.is(value, -0);
  return isExact ? text.replace('+', '') : refuse();
}

/** Seven bits a byte, the lowest first, for as long as the highest bit is set. */
function lengthAt(bytes: Buffer, at: number): { value: number; end: number } {
  let value = 0;
  for (let nth = 0; nth < 5; nth += 1) {
    const byte = bytes.readUInt8(at + nth);
    value += (byte & 0x7f) * 2 ** (7 * nth);
    if ((byte & 0x80) === 0) return { value, end: at + nth + 1 };
  }
  throw new RangeError('no length of a text');
}

function refuse(): never {
  throw new Obstructed(
    'A JSON value holds what no JSON text stands for, such as a date, a DECIMAL or a number of many digits.',
  );
}
