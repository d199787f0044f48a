import { readFileSync, writeFileSync } from 'node:fs';
import { type OperationDefinitionNode, parse } from 'graphql';
import { costOfOperation } from '../../src/http/graphql/cost';
import { MAX_COST } from '../../src/http/graphql/limits';
import { buildSchemas } from '../../src/resolvers/schema';
import { Client } from '../support/client';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { bearer, post } from '../support/http';
import { fillPool } from '../support/large-pool';
import { ADMIN } from '../support/server';
import { type ServerProcess, startServerProcess } from '../support/server-process';

/** npm run test:overload takes the whole pool, and holds the server to figures that need a machine to itself. */
const WHOLE = process.env.OVERLOAD !== undefined;
const POOL = WHOLE ? { members: 3_000, sales: 224 } : { members: 300, sales: 24 };
const BOUNDS = WHOLE ? { ms: 2_000, megabytes: 100 } : { ms: 30_000, megabytes: 200 };

const aliases = (n: number, field: string): string => Array.from({ length: n }, (_, i) => `a${i}: ${field}`).join(' ');
const LINE = 'id amount balance percentage createdAt';
const PAYMENT = 'id amount kind status createdAt';

/** Shapes of documents, each dearer the larger n is; the second number is the largest that makes sense. */
const SHAPES: readonly [what: string, most: number, document: (n: number) => string][] = [
  [
    'histories of all',
    1_000,
    (n) => `{ users(first: 1000) { nodes { contributions(first: ${n}) { nodes { ${LINE} } } } } }`,
  ],
  ['one line of many', 1_000, (n) => `{ users(first: ${n}) { nodes { contributions(first: 1) { nodes { id } } } } }`],
  [
    'long histories',
    1_000,
    (n) =>
      `{ users(first: ${n}) { nodes { contributions(first: 200) { nodes { ${LINE} payment { ${PAYMENT} } } } } } }`,
  ],
  ['pages of payments', 120, (n) => `{ ${aliases(n, `payments(first: 1000) { nodes { id } }`)} }`],
  [
    'payments with all',
    1_000,
    (n) =>
      `{ payments(first: ${n}) { nodes { ${PAYMENT} user { name email balance } sale { price profit vehicle { title vin } } } } }`,
  ],
  [
    'sales with all that they paid',
    1_000,
    (n) => `{ vehicles(first: ${n}) { nodes { sales { payments { ${PAYMENT} } } } } }`,
  ],
  [
    'sales with a page of it',
    1_000,
    (n) => `{ vehicles(first: ${n}) { nodes { sales { paymentsPage(first: 20) { nodes { ${PAYMENT} } } } } } }`,
  ],
  ['counts', 120, (n) => `{ ${aliases(n, 'payments(first: 1) { totalCount }')} }`],
  [
    'counts of members',
    1_000,
    (n) =>
      `{ users(first: ${n}) { nodes { payments(first: 1) { totalCount } contributions(first: 1) { totalCount } } } }`,
  ],
  ['the pool', 120, (n) => `{ ${aliases(n, 'pool { capital profit members }')} }`],
  ['its history', 120, (n) => `{ ${aliases(n, 'poolHistory(points: 1000) { at capital companyRevenue }')} }`],
];

describe(`the dearest document that is allowed, on a pool of ${POOL.members} members`, () => {
  const schema = buildSchemas().admin;
  let database: TestDatabase;
  let server: ServerProcess;
  let token: string | null;

  beforeAll(async () => {
    database = await createTestDatabase();
    server = await startServerProcess(database.url, { BACKUP_VERIFY: 'checksum', LOG_LEVEL: 'error' });
    ({ token } = await Client.signIn(server.url, ADMIN.email, ADMIN.password));
    await fillPool(database.query, POOL);
    const [accounts] = await database.query('SELECT COUNT(*) AS n FROM users');
    known.paymentsOfSale = 2 * Number(accounts?.n);
    // The server reads the sizes of the pool again once they are a minute old: another one knows them at once.
    await server.stop();
    server = await startServerProcess(database.url, { BACKUP_VERIFY: 'checksum', LOG_LEVEL: 'error' });
    ({ token } = await Client.signIn(server.url, ADMIN.email, ADMIN.password));
  }, 900_000);
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  const known = { isStaff: true, paymentsOfSale: 0, salesOfVehicle: 1 };
  const costOf = (source: string): number => {
    const document = parse(source);
    const operation = document.definitions[0] as OperationDefinitionNode;
    return costOfOperation({ schema, document, operation, variables: {} }, known);
  };
  /** The largest n whose document is allowed. */
  function dearest(most: number, document: (n: number) => string): string {
    let [low, high] = [1, most];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (costOf(document(middle)) <= MAX_COST) low = middle;
      else high = middle - 1;
    }
    return document(low);
  }
  const peakMegabytes = (): number =>
    Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) / 1024;

  test.each(SHAPES)(
    'of the shape: %s',
    async (what, most, document) => {
      const query = dearest(most, document);
      const ask = () => post(`${server.url}/admin/graphql`, { query }, bearer(token));
      await post(`${server.url}/admin/graphql`, { query: document(1) }, bearer(token));
      // The peak is measured from here on.
      writeFileSync(`/proc/${server.pid}/clear_refs`, '5');
      const before = peakMegabytes();
      const began = performance.now();
      const { status, text } = await ask();
      const ms = performance.now() - began;
      const megabytes = peakMegabytes() - before;
      const figures = {
        what,
        cost: costOf(query),
        ms: Math.round(ms),
        megabytesMore: Math.round(megabytes),
        bytes: text.length,
      };
      process.stdout.write(`dearest: ${JSON.stringify(figures)}\n`);
      expect(status).toBe(200);
      expect(text.slice(0, 300)).toMatch(/^\{"data":\{/);
      expect(ms).toBeLessThan(BOUNDS.ms);
      expect(megabytes).toBeLessThan(BOUNDS.megabytes);
    },
    120_000,
  );

  test('a list of all that sales paid is refused where the pool is large, and its pages are not', async () => {
    const many = `{ vehicles(first: 48) { nodes { sales { payments { ${PAYMENT} } } } } }`;
    expect(costOf(many)).toBeGreaterThan(MAX_COST);
    const { text } = await post(`${server.url}/graphql`, { query: many }, bearer(token));
    expect(text).toContain('BAD_USER_INPUT');
    const pages = many.replace('payments {', 'paymentsPage(first: 10) { nodes {').replace('} } } } }', '} } } } } }');
    expect((await post(`${server.url}/graphql`, { query: pages }, bearer(token))).text).toMatch(/^\{"data":/);
  });
});
