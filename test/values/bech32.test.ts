import { fc } from '../support/random';
import { bech32Prefix } from '../../src/values/bech32';

const RECIPIENT = 'age1t4yy4jhrrlv66kfm3gqdugfndn247eegrcc202l255zr0amh35cqjj30qv';

describe('Bech32', () => {
  test.each([
    // BIP 173's own examples.
    ['a12uel5l', 'a'],
    ['abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw', 'abcdef'],
    ['split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w', 'split'],
    [
      'an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs',
      'an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio',
    ],
    [RECIPIENT, 'age'],
  ])('%s has the prefix %s', (text, prefix) => {
    expect(bech32Prefix(text)).toBe(prefix);
  });

  test.each(['', 'age', 'age1', '1qqqqqq', 'x1b4n0q5v', 'li1dgmt3', 'A1G7SGD8', 'a12uel5L', RECIPIENT.toUpperCase()])(
    '%j is none',
    (text) => {
      expect(bech32Prefix(text)).toBeNull();
    },
  );

  test('a character that was mistyped is found, wherever it is', () => {
    const place = fc.nat(RECIPIENT.length - 1);
    fc.assert(
      fc.property(place, fc.constantFrom(...Array.from('qpzry9x8gf2tvdw0s3jn54khce6mua7l')), (at, letter) => {
        const typed = RECIPIENT.slice(0, at) + letter + RECIPIENT.slice(at + 1);
        expect(bech32Prefix(typed)).toBe(typed === RECIPIENT ? 'age' : null);
      }),
    );
  });
});
