import { fc } from '../support/random';
import {
  getNamedType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLNamedInputType,
} from 'graphql';
import { PASSWORD } from '../support/client';
import { AMOUNTS, DATES, text } from './strange';

/** A number as its digits stand in the request, where JavaScript has none such: `1e400`, `-0`, twenty digits. */
export class Digits {
  constructor(readonly text: string) {}
}

/** What exists on the server under test, so that some inputs lead somewhere. */
export interface Known {
  ids: readonly string[];
  cursors: readonly string[];
  emails: readonly string[];
  filenames: readonly string[];
}

const digits = fc
  .constantFrom(
    '1e400',
    '-1e400',
    '-0',
    '0.0',
    '1.0',
    '1e0',
    '1E2',
    '1e-400',
    '0.005',
    '9'.repeat(30),
    '-' + '9'.repeat(400),
    '1' + '0'.repeat(22),
  )
  .map((number) => new Digits(number));

const number = fc.oneof(
  fc.integer(),
  fc.constantFrom(
    0,
    -1,
    1,
    1000,
    1001,
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31),
    -(2 ** 31) - 1,
    2 ** 32,
    2 ** 53,
    -(2 ** 53),
    1e21,
    5e-324,
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  digits,
);

const nested = (depth: number): fc.Arbitrary<unknown> =>
  fc.integer({ min: 1, max: depth }).map((levels) => {
    let value: unknown = 1;
    for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { a: value };
    return value;
  });

/** A value of another shape than any input has. */
const wrongShape: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], { __proto__: null }, { constructor: 1 }),
  number,
  text,
  nested(60),
  fc.array(fc.oneof(text, number), { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('id', 'input', '__proto__', 'toString', '$gt', 'a'), fc.oneof(text, number), {
    maxKeys: 3,
  }),
);

const absentId = fc.constantFrom(
  '0',
  '-1',
  '999999',
  '4294967295',
  '4294967296',
  '9999999999',
  '99999999999999999999',
  '1.0',
  '01',
  ' 1',
  '1e1',
);
const cursor = fc
  .oneof(text, fc.string({ maxLength: 30 }))
  .map((content) => Buffer.from(content).toString('base64url'));
const cursorOfNumbers = fc
  .array(fc.constantFrom('0', '1', '00', '9999999999999', '9999999999999999999', '18446744073709551616', '-1', ''), {
    maxLength: 4,
  })
  .map((parts) => Buffer.from(parts.join(':')).toString('base64url'));
/** Letters and digits of the length of a VIN. */
const code = fc.string({ unit: fc.constantFrom('A', 'b', 'I', 'O', 'Q', '1', '0', 'é'), minLength: 17, maxLength: 17 });

/** Values for an input of that name and type: some as a client would send them, so that the strange ones get far. */
export function valuesFor(name: string, type: GraphQLInputType, known: Known): fc.Arbitrary<unknown> {
  const strange = strangeFor(type, known);
  return fc.oneof(
    { weight: 5, arbitrary: usualFor(name, getNamedType(type), known) },
    { weight: isInputObjectType(getNamedType(type)) ? 5 : 2, arbitrary: strange },
  );
}

/** Each of them as `usualFor` makes it, and those that may be missing at times. */
function usualObject(type: GraphQLInputObjectType, known: Known): fc.Arbitrary<unknown> {
  const fields = Object.values(type.getFields());
  const shape = fields.map((field) => [field.name, usualFor(field.name, getNamedType(field.type), known)] as const);
  const required = fields.filter(({ type: its }) => isNonNullType(its)).map(({ name }) => name);
  return fc.record(Object.fromEntries(shape), { requiredKeys: required });
}

/** A value that the field takes, by what such fields are called. */
function usualFor(name: string, type: GraphQLNamedInputType, known: Known): fc.Arbitrary<unknown> {
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map((value) => value.name));
  if (isInputObjectType(type)) return usualObject(type, known);
  switch (type.name) {
    case 'ID':
      return fc.constantFrom(...known.ids);
    case 'Int':
      return fc.constant(/first|last/i.test(name) ? 20 : 2000);
    case 'Boolean':
      return fc.boolean();
    case 'DateTime':
      return fc.constant('2024-06-01T00:00:00.000Z');
    case 'Money':
      return fc.constant('1.00');
    default:
      if (name === 'email')
        return fc.oneof(
          fc.integer().map((i) => `n${i}@example.com`),
          fc.constantFrom(...known.emails),
        );
      if (name === 'password') return fc.constant(PASSWORD);
      // Not that of those who ask: it would sign them out.
      if (/password/i.test(name)) return fc.constant('another password');
      // A key of its own: the same one with another input is refused, and nothing else would be looked at.
      if (name === 'idempotencyKey') return fc.uuid();
      if (/vin/i.test(name)) return fc.integer({ min: 0 }).map((i) => `V${i}`.padEnd(17, 'X'));
      if (name === 'filename') return fc.constantFrom(...known.filenames);
      if (/after|before/i.test(name)) return fc.constantFrom(...known.cursors);
      return fc.constant('Some text');
  }
}

/** Values of which most have the type's shape, and some have none. */
function strangeFor(type: GraphQLInputType, known: Known): fc.Arbitrary<unknown> {
  if (isNonNullType(type))
    return fc.oneof(
      { weight: 40, arbitrary: strangeFor(type.ofType, known) },
      { weight: 1, arbitrary: fc.constant(null) },
    );
  const shaped = isListType(type)
    ? fc.array(strangeFor(type.ofType, known), { maxLength: 4 })
    : ofNamedType(type, known);
  return fc.oneof({ weight: 16, arbitrary: shaped }, { weight: 1, arbitrary: wrongShape });
}

function ofNamedType(type: GraphQLNamedInputType, known: Known): fc.Arbitrary<unknown> {
  if (isEnumType(type)) {
    const names = type.getValues().map(({ name }) => name);
    return fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...names) },
      fc.constantFrom('', 'ROOT', names[0]?.toLowerCase()),
      text,
    );
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const required = fields.filter((field) => isNonNullType(field.type)).map(({ name }) => name);
    const shape = Object.fromEntries(fields.map((field) => [field.name, valuesFor(field.name, field.type, known)]));
    const right = fc.record(shape, { requiredKeys: required });
    const cut = fc.record({ ...shape, unknownField: text }, { requiredKeys: [] });
    return fc.oneof({ weight: 15, arbitrary: right }, { weight: 1, arbitrary: cut });
  }
  switch (type.name) {
    case 'ID':
      return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known.ids) }, absentId, number, text);
    case 'Int':
      return fc.oneof(
        { weight: 2, arbitrary: fc.integer({ min: 1, max: 1000 }) },
        { weight: 2, arbitrary: number },
        fc.constantFrom<unknown>('1', 1.5),
      );
    case 'DateTime':
      return fc.oneof(
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        fc.constantFrom(...DATES),
        text,
        number,
      );
    case 'Money':
      return fc.oneof(
        { weight: 2, arbitrary: fc.constantFrom(...AMOUNTS) },
        { weight: 1, arbitrary: number },
        fc.constant('1.00'),
        text,
      );
    default:
      return fc.oneof(
        { weight: 6, arbitrary: text },
        { weight: 2, arbitrary: fc.oneof(cursor, cursorOfNumbers, fc.constantFrom(...known.cursors)) },
        { weight: 1, arbitrary: fc.constantFrom(...known.emails, 'new@example.com', 'a@b\r\nc', 'ａ@example.com') },
        { weight: 1, arbitrary: fc.constantFrom(...known.filenames) },
        { weight: 1, arbitrary: code },
      );
  }
}
