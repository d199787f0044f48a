const CHARSET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/**
 * The part before the last "1" of a text in Bech32 (BIP 173), without its limit of 90 characters, which age does not keep.
 * Only small letters are accepted.
 * @returns null where the text is not Bech32 or its checksum does not match
 */
export function bech32Prefix(text: string): string | null {
  const [, prefix, data] = /^([a-z0-9]+)1([02-9ac-hj-np-z]{6,})$/.exec(text) ?? [];
  if (prefix === undefined || data === undefined) return null;
  const codes = Array.from(prefix, (letter) => letter.charCodeAt(0));
  const values = Array.from(data, (letter) => CHARSET.indexOf(letter));
  const checked = [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...values];
  return checked.reduce(nextChecksum, 1) === 1 ? prefix : null;
}

function nextChecksum(checksum: number, value: number): number {
  const top = checksum >> 25;
  const shifted = ((checksum & 0x1ffffff) << 5) ^ value;
  return GENERATOR.reduce((sum, each, i) => ((top >> i) & 1 ? sum ^ each : sum), shifted);
}
