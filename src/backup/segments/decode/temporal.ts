/** How many bytes hold a fraction of a second of so many digits. */
export const fractionBytes = (digits: number): number => Math.ceil(digits / 2);

/** `.123`, of what stands in those bytes: hundredths, ten-thousandths or millionths. */
function fraction(value: number, digits: number): string {
  if (digits === 0) return '';
  return `.${String(value)
    .padStart(fractionBytes(digits) * 2, '0')
    .slice(0, digits)}`;
}

const two = (value: number): string => String(value).padStart(2, '0');

const four = (value: number): string => String(value).padStart(4, '0');

/** Of three bytes. */
export function dateText(bytes: Buffer, at: number): string {
  const value = bytes.readUIntLE(at, 3);
  return `${four(value >> 9)}-${two((value >> 5) & 15)}-${two(value & 31)}`;
}

/** @param digits of the fraction */
export function dateTimeText(bytes: Buffer, at: number, digits: number): string {
  const value = bytes.readUIntBE(at, 5) - 2 ** 39;
  const [months, rest] = [Math.floor(value / 2 ** 22), value % 2 ** 22];
  const date = `${four(Math.floor(months / 13))}-${two(months % 13)}-${two(rest >> 17)}`;
  const time = `${two((rest >> 12) & 31)}:${two((rest >> 6) & 63)}:${two(rest & 63)}`;
  return `${date} ${time}${tail(bytes, at + 5, digits)}`;
}

/** In UTC. */
export function timestampText(bytes: Buffer, at: number, digits: number): string {
  const seconds = bytes.readUInt32BE(at);
  const rest = tail(bytes, at + 4, digits);
  if (seconds === 0) return `0000-00-00 00:00:00${rest}`;
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}${rest}`;
}

/** Below zero, its bytes count down as a whole, with the fraction. */
export function timeText(bytes: Buffer, at: number, digits: number): string {
  const width = fractionBytes(digits);
  const unit = 2 ** (8 * width);
  const value = bytes.readUIntBE(at, 3 + width) - 2 ** 23 * unit;
  const whole = Math.floor(Math.abs(value) / unit);
  const text = `${two((whole >> 12) & 1023)}:${two((whole >> 6) & 63)}:${two(whole & 63)}`;
  return `${value < 0 ? '-' : ''}${text}${fraction(Math.abs(value) % unit, digits)}`;
}

function tail(bytes: Buffer, at: number, digits: number): string {
  return digits === 0 ? '' : fraction(bytes.readUIntBE(at, fractionBytes(digits)), digits);
}
