import { DateTime } from '../../src/scalars/date-time';
import { EchoSchema } from './echo';

describe('the scalar DateTime', () => {
  const dateTime = new EchoSchema(DateTime);

  test.each([
    ['2026-11-23T01:02:03.456Z', '2026-11-23T01:02:03.456Z'],
    ['2026-11-23T01:02:03Z', '2026-11-23T01:02:03.000Z'],
    ['2026-11-23T01:02:03.4Z', '2026-11-23T01:02:03.400Z'],
    ['2026-11-23T01:02:03.456789Z', '2026-11-23T01:02:03.456Z'],
    ['2026-11-23T03:02:03+02:00', '2026-11-23T01:02:03.000Z'],
    ['2026-11-22T20:02:03.456-05:00', '2026-11-23T01:02:03.456Z'],
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000Z'],
  ])('takes %s', async (text, output) => {
    const taken = { inside: new Date(output), output, code: undefined };
    expect(await dateTime.literal(JSON.stringify(text))).toEqual(taken);
    expect(await dateTime.variable(text)).toEqual(taken);
  });

  test.each([
    '""',
    '"now"',
    '"2026-11-23"',
    '"2026-11-23T01:02:03"',
    '"2026-11-23 01:02:03Z"',
    '"2026-02-30T00:00:00Z"',
    '"2025-02-29T00:00:00Z"',
    '"2026-13-01T00:00:00Z"',
    '"2026-11-23T24:00:00Z"',
    '"2026-11-23T01:02:60Z"',
    '"20261123T010203Z"',
    '"23.11.2026"',
    '"2026-11-23T01:02:03|02:00"',
    '"2026-11-23T01:02:03Z; DROP TABLE users"',
    '1763856000',
    '1763856000000.5',
    'true',
    '["2026-11-23T01:02:03Z"]',
  ])('refuses %s', async (text) => {
    const refused = { inside: undefined, code: 'BAD_USER_INPUT' };
    expect(await dateTime.literal(text)).toMatchObject(refused);
    expect(await dateTime.variable(JSON.parse(text))).toMatchObject(refused);
  });
});
