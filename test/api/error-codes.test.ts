import { isEnumType } from 'graphql';
import mysql from 'mysql2/promise';
import { connectionOptions } from '../../src/database/connection/connection-options';
import { buildSchemas } from '../../src/resolvers/schema';
import { ERROR_CODES, isOurs } from '../../src/services/error-codes';
import type { Client } from '../support/client';
import { http } from '../support/http';
import { startTestServer, type TestServer } from '../support/server';

describe('error codes', () => {
  test('are an enum of both schemas', () => {
    const { public: everyone, admin } = buildSchemas();
    for (const schema of [everyone, admin]) {
      const type = schema.getType('ErrorCode');
      expect(isEnumType(type) && type.getValues().map(({ name }) => name)).toEqual(Object.keys(ERROR_CODES));
    }
  });

  test('of our own faults are those of the server, an unknown outcome among them', () => {
    const ours = Object.keys(ERROR_CODES).filter(isOurs);
    expect(ours).toEqual(['SERVICE_UNAVAILABLE', 'OUTCOME_UNKNOWN', 'INTERNAL_SERVER_ERROR']);
    expect(isOurs('toString')).toBe(false);
  });
});

describe('operation(uid), for an operation whose outcome was unknown', () => {
  let server: TestServer;
  let operator: Client;

  beforeAll(async () => {
    server = await startTestServer({ BACKUP_VERIFY: 'checksum' });
    operator = await server.admin.createUser('OPERATOR');
  });
  afterAll(() => server.close());

  const ASK = 'query ($uid: ID!) { operation(uid: $uid) { number uid at } }';
  const UNKNOWN = '00000000-0000-4000-8000-000000000000';

  test('tells staff that it was committed, or that it was not', async () => {
    await operator.buy('1.00');
    const [row] = await server.database.query('SELECT number, uid FROM operations ORDER BY number DESC LIMIT 1');
    const receipt = { number: row?.number, uid: row?.uid };
    for (const client of [operator, server.admin]) {
      expect(await client.request(ASK, { uid: row?.uid })).toMatchObject({ operation: receipt });
      expect(await client.request(ASK, { uid: UNKNOWN })).toEqual({ operation: null });
      expect(await client.request(ASK, { uid: 'no uid' })).toEqual({ operation: null });
    }
    const { operations } = await server.admin.administer<{ operations: unknown[] }>(
      '{ operations(first: 1) { number uid } }',
    );
    expect(operations).toEqual([receipt]);
  });

  test('gives out no number', async () => {
    const ask = 'SELECT lastOperation FROM pool';
    const before = await server.database.query(ask);
    await operator.request(ASK, { uid: UNKNOWN });
    expect(await server.database.query(ask)).toEqual(before);
  });

  test('waits for one that is still under way', async () => {
    const session = await mysql.createConnection(connectionOptions(server.database.address));
    try {
      await session.query('START TRANSACTION');
      await session.query('UPDATE pool SET lastOperation = lastOperation + 1');
      await session.query(
        `INSERT INTO operations (number, uid, kind, actorId, vehicleId, at)
         SELECT lastOperation, '${UNKNOWN}', 'BUY_VEHICLE', 1, (SELECT MIN(id) FROM vehicles), NOW(3) FROM pool`,
      );
      let answered = false;
      const asked = operator.request(ASK, { uid: UNKNOWN }).finally(() => (answered = true));
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(answered).toBe(false);
      await session.query('COMMIT');
      expect(await asked).toMatchObject({ operation: { uid: UNKNOWN } });
    } finally {
      await session.end();
    }
  });

  test('is for staff alone', async () => {
    const investor = await server.admin.createUser('INVESTOR');
    expect((await investor.refused(ASK, { uid: UNKNOWN })).code).toBe('FORBIDDEN');
  });
});

test('an answer that cannot be read after the commit says that the outcome is unknown, and counts as our fault', async () => {
  const server = await startTestServer({ BACKUP_VERIFY: 'checksum' });
  const session = await mysql.createConnection(connectionOptions(server.database.address));
  try {
    await session.query('LOCK TABLES contributions WRITE');
    const document =
      'mutation { buyVehicle(input: { title: "A car", cost: 1 }) { id boughtBy { contributions { nodes { id } } } } }';
    expect((await server.admin.refused(document)).code).toBe('OUTCOME_UNKNOWN');
    expect(await server.database.query('SELECT COUNT(*) AS n FROM vehicles')).toEqual([{ n: '1' }]);
    const { text } = await http(`${server.url}/metrics`);
    expect(text).toMatch(/graphql_operations_total\{schema="public",field="buyVehicle",outcome="failed"\} 1\n/);
    expect(text).toMatch(/graphql_errors_total\{code="OUTCOME_UNKNOWN"\} 1\n/);
  } finally {
    await session.end();
    await server.close();
  }
});
