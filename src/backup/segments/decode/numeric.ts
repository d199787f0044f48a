const DIGITS_AT_ONCE = 9;
const LARGEST_FLOAT = 3.4028234663852886e38;
/** How many bytes hold so many digits that are left over. */
const LEFT_OVER = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

function digitBytes(digits: number): number {
  return Math.floor(digits / DIGITS_AT_ONCE) * 4 + (LEFT_OVER[digits % DIGITS_AT_ONCE] ?? 0);
}

/** How many bytes a DECIMAL takes. */
export function decimalBytes(precision: number, scale: number): number {
  return digitBytes(precision - scale) + digitBytes(scale);
}

/** The first bit is set for what is not below zero; below, all other bits are turned round. */
export function decimalText(bytes: Buffer, precision: number, scale: number): string {
  const isNegative = ((bytes[0] ?? 0) & 0x80) === 0;
  const plain = Buffer.from(isNegative ? bytes.map((byte) => byte ^ 0xff) : bytes);
  plain[0] = (plain[0] ?? 0) & 0x7f;
  const split = digitBytes(precision - scale);
  const whole = digitsOf(plain.subarray(0, split), precision - scale, 'first').replace(/^0+(?=\d)/, '');
  const part = digitsOf(plain.subarray(split), scale, 'last');
  return `${isNegative ? '-' : ''}${whole === '' ? '0' : whole}${scale === 0 ? '' : `.${part}`}`;
}

/** @param odd where the digits stand that are left over: before the groups of nine, or after them */
function digitsOf(bytes: Buffer, digits: number, odd: 'first' | 'last'): string {
  const left = digits % DIGITS_AT_ONCE;
  const groups = Array<number>(Math.floor(digits / DIGITS_AT_ONCE)).fill(DIGITS_AT_ONCE);
  const widths = left === 0 ? groups : odd === 'first' ? [left, ...groups] : [...groups, left];
  let text = '';
  let at = 0;
  for (const width of widths) {
    const length = width === DIGITS_AT_ONCE ? 4 : (LEFT_OVER[width] ?? 0);
    text += String(bytes.readUIntBE(at, length)).padStart(width, '0');
    at += length;
  }
  return text;
}

/** With an exponent, so that no server reads it as a DECIMAL. The shortest text that is read as the very same bits. */
export function doubleText(value: number): string {
  return Object.is(value, -0) ? '-0e0' : value.toExponential().replace('+', '');
}

/** A server reads it as a DOUBLE and rounds that to four bytes. */
export function floatText(value: number): string {
  for (let digits = 5; digits < 9; digits += 1) {
    const text = value.toExponential(digits).replace('+', '');
    // Above the largest one, a server refuses what would be rounded to it.
    const isTaken = Math.abs(Number(text)) <= LARGEST_FLOAT;
    if (isTaken && Object.is(Math.fround(Number(text)), value)) return text.replace(/\.?0*e/, 'e');
  }
  return doubleText(value);
}
