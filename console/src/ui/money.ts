/** What somebody typed as an amount: exact, with two digits after the point, as the API takes it; or what is wrong. */
type TypedMoney = { amount: string; problem: null } | { amount: null; problem: string };

/** As many digits before the point as the API takes. */
const MOST_DIGITS = 13;
const SPACES = [' ', '\u00a0', '\u202f'];
const APOSTROPHES = ["'", '’'];

const wrong = (problem: string): TypedMoney => ({ amount: null, problem });

/**
 * Reads an amount as people write it where that locale is: "1,234.50" in English, "1.234,50" in German, "1 234,50" in
 * French. Groups may be left out, and a wrong one is refused: "1,50" typed where the point divides is not 150. The digits
 * are moved as text: an amount is never a float on its way. Where the locale has digits of its own, both those and the
 * ASCII ones are read, and "1,234.50" in the latter.
 * @param locale a language tag; the browser's where it is left out
 */
export function parseMoney(text: string, locale?: string): TypedMoney {
  const typed = text.trim();
  if (typed === '') return wrong('Type an amount.');
  if (/^[-−+]/.test(typed)) return wrong('Type the amount without a sign.');
  const plain = inAsciiDigits(typed, locale);
  const hasOwnDigits = digitsOf(locale) !== ASCII_DIGITS;
  const { point, group } = hasOwnDigits && /^[\d,.]+$/.test(typed) ? separators('en') : separators(locale);
  const groups = [group, ...SPACES, ...(APOSTROPHES.includes(group) ? APOSTROPHES : [])];
  const between = `[${groups.map(escape).join('')}]`;
  const shape = new RegExp(`^(\\d+|\\d{1,3}(?:${between}\\d{2,3})*${between}\\d{3})(?:${escape(point)}(\\d{1,2}))?$`);
  const found = shape.exec(plain);
  if (found === null) return wrong(`“${typed}” is not an amount. Write it like ${example(locale)}.`);
  const [, whole = '', fraction = ''] = found;
  const digits = whole.replace(/\D/g, '').replace(/^0+(?=\d)/, '');
  if (digits.length > MOST_DIGITS) return wrong('This amount is too large.');
  const amount = `${digits}.${fraction.padEnd(2, '0')}`;
  return amount === '0.00' ? wrong('The amount must be more than zero.') : { amount, problem: null };
}

/** An amount of the API as somebody would type it: what a field holds at first. */
export const typedMoney = (amount: string, locale?: string): string =>
  new Intl.NumberFormat(locale, { minimumFractionDigits: 2, useGrouping: false }).format(
    amount as Intl.StringNumericLiteral,
  );

const ASCII_DIGITS = '0123456789';

/** The ten digits of a locale, zero first. */
const digitsOf = (locale: string | undefined): string =>
  Array.from(ASCII_DIGITS, (digit) => new Intl.NumberFormat(locale).format(Number(digit))).join('');

function inAsciiDigits(text: string, locale: string | undefined): string {
  const digits = Array.from(digitsOf(locale));
  return Array.from(text, (character) => {
    const digit = digits.indexOf(character);
    return digit < 0 ? character : String(digit);
  }).join('');
}

function separators(locale: string | undefined): { point: string; group: string } {
  const parts = new Intl.NumberFormat(locale, { minimumFractionDigits: 2 }).formatToParts(1_234_567.5);
  const of = (type: string, other: string): string => parts.find((part) => part.type === type)?.value ?? other;
  return { point: of('decimal', '.'), group: of('group', ' ') };
}

const example = (locale: string | undefined): string =>
  new Intl.NumberFormat(locale, { minimumFractionDigits: 2 }).format(1234.5);

const escape = (character: string): string => character.replace(/[.\\\]^-]/g, '\\$&');
