import { parseMoney, typedMoney } from '../../console/src/ui/money';

/** The amount as the API takes it, or what is wrong. */
const read = (text: string, locale: string): string => {
  const { amount, problem } = parseMoney(text, locale);
  return amount ?? problem;
};

describe('an amount is read as people write it', () => {
  test.each([
    ['en-GB', '1,234.50', '1234.50'],
    ['en-GB', '1234.5', '1234.50'],
    ['en-GB', ' 1 234 567 ', '1234567.00'],
    ['en-GB', '0.01', '0.01'],
    ['en-IN', '12,34,567.80', '1234567.80'],
    ['de-DE', '1.234,50', '1234.50'],
    ['de-DE', '1234,5', '1234.50'],
    ['de-DE', '1.234', '1234.00'],
    ['de-CH', "1'234.50", '1234.50'],
    ['fr-FR', '1 234,50', '1234.50'],
    ['es-ES', '1234,50', '1234.50'],
    ['fa-IR', '۱٬۲۳۴٫۵۰', '1234.50'],
    ['fa-IR', '1234.50', '1234.50'],
    ['fa-IR', '1,234.50', '1234.50'],
    ['fa-IR', '1234٫5', '1234.50'],
    ['ar-EG', '١٬٢٣٤٫٥٠', '1234.50'],
    ['mr-IN', '१,२३४.५०', '1234.50'],
    ['bn-BD', '১,২৩৪.৫০', '1234.50'],
    // As a float it would end in .98.
    ['en-GB', '9,999,999,999,999.99', '9999999999999.99'],
  ])('%s: %s', (locale, text, amount) => {
    expect(read(text, locale)).toBe(amount);
  });

  test.each([
    // One locale's point is the group of another: it must never become a hundred times as much.
    ['en-GB', '1234,50', '“1234,50” is not an amount. Write it like 1,234.50.'],
    ['en-GB', '1.234,50', '“1.234,50” is not an amount. Write it like 1,234.50.'],
    ['de-DE', '1,234.50', '“1,234.50” is not an amount. Write it like 1.234,50.'],
    ['de-DE', '12.34', '“12.34” is not an amount. Write it like 1.234,50.'],
    ['en-GB', '1.005', '“1.005” is not an amount. Write it like 1,234.50.'],
    ['en-GB', '1e3', '“1e3” is not an amount. Write it like 1,234.50.'],
    ['en-GB', '£5', '“£5” is not an amount. Write it like 1,234.50.'],
    ['en-GB', '-5', 'Type the amount without a sign.'],
    ['en-GB', '0.00', 'The amount must be more than zero.'],
    ['en-GB', '', 'Type an amount.'],
    ['en-GB', '12345678901234', 'This amount is too large.'],
  ])('%s: %s is refused', (locale, text, problem) => {
    expect(read(text, locale)).toBe(problem);
  });
});

test.each(['en-GB', 'de-DE', 'de-CH', 'fr-FR', 'es-ES', 'en-IN', 'fa-IR', 'ar-EG', 'mr-IN', 'bn-BD'])(
  'what a field holds at first can be read again, in %s',
  (locale) => {
    expect(read(typedMoney('9999999999999.99', locale), locale)).toBe('9999999999999.99');
    expect(read(typedMoney('12.00', locale), locale)).toBe('12.00');
  },
);
