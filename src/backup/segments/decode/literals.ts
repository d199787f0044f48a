/** Character sets in which those bytes mean what they mean in ASCII. */
const LIKE_ASCII = new Set(['utf8mb4', 'utf8mb3', 'utf8', 'latin1', 'latin2', 'latin5', 'latin7', 'ascii', 'cp1250']);
/** Neither the quote nor a backslash, so that it is the same under every SQL mode. */
const PLAIN = /^[ -&(-[\]-~]*$/;

/** A text of that character set: in quotes where nobody can misread it, else byte by byte. */
export function textLiteral(bytes: Buffer, at: number, end: number, charset: string): string {
  if (LIKE_ASCII.has(charset)) {
    const text = bytes.toString('latin1', at, end);
    if (PLAIN.test(text)) return `'${text}'`;
  }
  return `_${charset} ${binaryText(bytes, at, end)}`;
}

export function binaryText(bytes: Buffer, at: number, end: number): string {
  return `x'${bytes.toString('hex', at, end)}'`;
}

export function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `'${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')}'`;
}

export function inet6Text(bytes: Buffer): string {
  return `'${(bytes.toString('hex').match(/.{4}/g) ?? []).join(':')}'`;
}

export function inet4Text(bytes: Buffer): string {
  return `'${[...bytes].join('.')}'`;
}

/** One name, whatever stands in it. */
export function quotedName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
