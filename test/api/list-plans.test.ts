import {
  getNamedType,
  getNullableType,
  type GraphQLField,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
} from 'graphql';
import { sessionSettings } from '../../src/database/connection/session-settings';
import { buildSchemas } from '../../src/resolvers/schema';
import { fillPool } from '../support/large-pool';
import { type PrivateDatabaseServer, startPrivateDatabaseServer } from '../support/private-database-server';
import { startTestServer, type TestServer } from '../support/server';
import { allBackedUp } from '../support/traces';

/** npm run test:overload asks a pool of 672 000 payments, and looks how long that takes. */
const WHOLE = process.env.OVERLOAD !== undefined;
const POOL = WHOLE ? { members: 3_000, sales: 224 } : { members: 300, sales: 100 };

/** What is no list of rows, and why it may read them all. */
const EXEMPT: Readonly<Record<string, string>> = {
  poolHistory: 'sums over all payments',
  backups: 'files',
  backupsPage: 'files',
  backupLog: 'a file',
};

/** Beyond what is asked for: each row with what it points at, and what a page needs to know of the next. */
const MOST_READ = 60;
const FIRST = 10;

const STATUSES = ['PENDING', 'CONFIRMED', 'REJECTED', 'REVERSED'];
const KINDS = ['DEPOSIT', 'WITHDRAWAL', 'INCOME', 'COMMISSION', 'REVERSAL'];
const VALUES: Readonly<Record<string, readonly string[]>> = {
  PaymentStatus: STATUSES,
  PaymentKind: KINDS,
  VehicleStatus: ['FOR_SALE', 'SOLD'],
  Role: ['ADMIN', 'OPERATOR', 'INVESTOR', 'COMPANY'],
  OperationKind: ['BUY_VEHICLE', 'SELL_VEHICLE', 'UNSELL_VEHICLE', 'CONFIRM_PAYMENT'],
};

const BOTH_AGAIN =
  'ALTER TABLE payments ADD INDEX payments_by_status (status, id), ADD INDEX payments_by_status_and_kind (status, kind, id)';

/**
 * What selects some rows of the pool, or none, by each field of a filter. A text reads all rows, and has its price:
 * test/http/cost. The sales of a stretch of time are read for the vehicles that they sold.
 */
const FILTERS: Readonly<Record<string, string>> = {
  user: 'user: "5"',
  sale: 'sale: "5"',
  actor: 'actor: "2"',
  kinds: 'kinds: ["setCommissionRate", "buyVehicle"]',
  subject: 'subject: "pool"',
  subjectId: 'subject: "vehicle", subjectId: "5"',
  from: 'from: "2024-02-01T01:00:00Z"',
  to: 'to: "2024-02-01T01:00:00Z"',
  boughtFrom: 'boughtFrom: "2024-01-02T00:00:00Z"',
  boughtTo: 'boughtTo: "2024-01-02T00:00:00Z"',
  leastAmount: 'leastAmount: "0.01"',
  greatestAmount: 'greatestAmount: "0.01"',
  disabled: 'disabled: true',
  reversed: 'reversed: true',
};
const UNBOUND = new Set(['text', 'soldFrom', 'soldTo']);

type Field = GraphQLField<unknown, unknown>;

const isConnection = ({ type }: Field): boolean => getNamedType(type).name.endsWith('Connection');
const isList = (field: Field): boolean => isConnection(field) || isListType(getNullableType(field.type));

/** Each combination of the filters of a list, and none. A search reads all vehicles, and has its price: test/http/cost. */
function filtersOf(field: Field): string[] {
  const enums = field.args.flatMap(({ name, type }) => {
    const values = VALUES[getNamedType(type).name];
    return values === undefined ? [] : [['', ...values.map((value) => `${name}: ${value}`)]];
  });
  return enums.reduce<string[]>(
    (all, some) => all.flatMap((a) => some.map((b) => [a, b].filter(Boolean).join(', '))),
    [''],
  );
}

/** Each order of a list, and each field of its filter. */
function ordersAndFieldsOf(field: Field): string[] {
  const named = (name: string): unknown => getNamedType(field.args.find((each) => each.name === name)?.type);
  const order = named('orderBy');
  const filter = named('filter');
  const orders = isEnumType(order) ? order.getValues().map(({ name }) => `orderBy: ${name}`) : [];
  const fields = isInputObjectType(filter) ? Object.values(filter.getFields()) : [];
  const filters = fields
    .filter(({ name }) => !UNBOUND.has(name))
    .flatMap(({ name, type }) => {
      const values = VALUES[getNamedType(type).name];
      const asked = values === undefined ? [FILTERS[name]] : values.map((value) => `${name}: ${value}`);
      if (asked.includes(undefined)) throw new Error(`FILTERS in this test lacks ${name} of ${field.name}`);
      return asked.map((each) => `filter: { ${each ?? ''} }`);
    });
  return [...orders, ...filters];
}

describe(`the lists of a pool of ${POOL.members * POOL.sales} payments`, () => {
  let databaseServer: PrivateDatabaseServer;
  let server: TestServer;

  beforeAll(async () => {
    databaseServer = await startPrivateDatabaseServer();
    server = await startTestServer({ BACKUP_VERIFY: 'checksum', BACKUP_KEEP: '1' }, databaseServer.url);
    await fillPool(server.database.query, POOL);
    await allBackedUp(server);
    await server.database.query(`SET GLOBAL log_output = 'TABLE'`);
    // As the server's own sessions, for the plans.
    const [settings = ''] = sessionSettings({ lockWaitSeconds: 8, idleSeconds: 600 });
    await server.database.query(settings);
  }, 600_000);
  afterAll(async () => {
    await server.close();
    await databaseServer.close();
  });

  async function statementsOf(document: string, client = server.admin): Promise<string[]> {
    const { admin, database } = server;
    const ask = () => (client === admin ? admin.administer(document) : client.request(document));
    await ask();
    await database.query('TRUNCATE mysql.general_log');
    await database.query('SET GLOBAL general_log = ON');
    await ask();
    await database.query('SET GLOBAL general_log = OFF');
    const log = await database.query(
      `SELECT CONVERT(argument USING utf8mb4) AS statement FROM mysql.general_log
       WHERE command_type = 'Query' AND thread_id <> CONNECTION_ID() ORDER BY event_time`,
    );
    const ours = /^SELECT .*\b(users|vehicles|sales|payments|contributions|operations|commission_rates|changes)\b/s;
    const ofNoRequest = /^SELECT number, uid FROM operations|motorpool_|^SELECT \/\*!40001/;
    const found = log.map(({ statement }) => String(statement));
    const asked = found.filter((sql) => ours.test(sql) && !ofNoRequest.test(sql));
    if (asked.length === 0) throw new Error(`no statement of ${document} was seen`);
    return asked;
  }

  /** What the plan scans from end to end, and how many rows were read. */
  async function costOf(sql: string): Promise<{ scanned: string[]; read: number }> {
    const { query } = server.database;
    const plan = (await query(`EXPLAIN ${sql}`)).filter(({ table }) => !String(table).startsWith('<'));
    const scanned = plan
      .filter(({ type, rows }) => type === 'ALL' && Number(rows) > MOST_READ)
      .map(({ table }) => String(table));
    await query('FLUSH STATUS');
    await query(sql);
    const figures = await query("SHOW SESSION STATUS LIKE 'Handler_read%'");
    const read = figures.reduce((sum, { Value }) => sum + Number(Value), 0);
    return { scanned, read };
  }

  const roots = buildSchemas().admin.getQueryType()?.getFields() ?? {};
  const documents = Object.values(roots)
    .filter((field) => isList(field) && EXEMPT[field.name] === undefined)
    .flatMap((field) => {
      const type = getNamedType(field.type);
      const id = ['operationsPage', 'changes'].includes(field.name) ? 'number' : 'id';
      const inner = isConnection(field) && isObjectType(type) ? `nodes { __typename ${id} }` : '__typename';
      return [...filtersOf(field), ...ordersAndFieldsOf(field)].map((filter) => {
        const args = [`first: ${FIRST}`, filter].filter(Boolean).join(', ');
        return `{ ${field.name}(${args}) { ${inner} } }`;
      });
    });

  test.each(documents)('%s scans no table', async (document) => {
    // Reversed sales are few, and sorted once they are read.
    const most = document.includes('reversed: true') ? 3 * MOST_READ : MOST_READ;
    for (const sql of await statementsOf(document)) {
      const { scanned, read } = await costOf(sql);
      expect({ sql, scanned, enough: read <= most }).toEqual({ sql, scanned: [], enough: true });
    }
  });

  test('a page of members with a page of their payments and histories reads what those members have, and scans nothing', async () => {
    const document = `{ users(first: 5, role: INVESTOR) { nodes { payments(first: 2, status: CONFIRMED) { nodes { id sale { id vehicle { id } } } }
      contributions(first: 2) { nodes { id payment { id } } } } } }`;
    for (const sql of await statementsOf(document)) {
      const { scanned, read } = await costOf(sql);
      expect({ sql, scanned, enough: read < 10 * 5 * POOL.sales }).toEqual({ sql, scanned: [], enough: true });
    }
  });

  test.each([
    ['payments', ''],
    ['payments', ', orderBy: LOWEST_AMOUNT_FIRST'],
    ['payments', ', filter: { to: "9000-01-01T00:00:00Z" }'],
    ['vehicles', ''],
    ['users', ''],
    ['users', ', orderBy: NAME_Z_TO_A'],
    ['sales', ''],
  ])('the second page of %s%s scans no table', async (list, more) => {
    const page = (after: string): string =>
      `{ ${list}(first: ${FIRST}${after}${more}) { nodes { id } pageInfo { endCursor } } }`;
    const first = await server.admin.request<Record<string, { pageInfo: { endCursor: string } }>>(page(''));
    for (const sql of await statementsOf(page(`, after: "${first[list]?.pageInfo.endCursor ?? ''}"`))) {
      const { scanned, read } = await costOf(sql);
      expect({ sql, scanned, enough: read <= MOST_READ }).toEqual({ sql, scanned: [], enough: true });
    }
  });

  test.each([
    [2, 'closing openingPercentage'],
    [3, 'closing lines { at }'],
  ])('statements read by %i queries what their accounts have, and scan nothing: %s', async (queries, fields) => {
    const document = `{ users(first: 3, role: INVESTOR) { nodes {
      statement(from: "2020-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z") { ${fields} } } } }`;
    const statements = await statementsOf(document);
    // For all of the accounts, beside the one that finds them. To compare each line with the one before reads it several times.
    expect(statements.filter((sql) => !sql.includes('FROM users t'))).toHaveLength(queries);
    for (const sql of statements) {
      const { scanned, read } = await costOf(sql);
      expect({ sql, scanned, enough: read < 20 * 5 * POOL.sales }).toEqual({ sql, scanned: [], enough: true });
    }
  });

  test('the sales of vehicles and what they paid are read by their index', async () => {
    const document = `{ vehicles(first: 5, status: SOLD) { nodes { sales { id payments { id } paymentsPage(first: 3) { nodes { id } } } } } }`;
    for (const sql of await statementsOf(document)) {
      const { scanned, read } = await costOf(sql);
      // Of each sale: an income for each member, and the commission.
      expect({ sql, scanned, enough: read < 5 * 3 * (POOL.members + 2) }).toEqual({ sql, scanned: [], enough: true });
    }
  });

  test('a list of a member reads nothing of the others', async () => {
    const [member] = await server.database.query(`SELECT id, email FROM users WHERE role = 'INVESTOR' LIMIT 1`);
    const password = 'a password of some length';
    await server.admin.administer(
      `mutation { resetPassword(id: "${String(member?.id)}", newPassword: "${password}") { id } }`,
    );
    const investor = await server.signIn(String(member?.email), password);
    const statuses = ['', ...STATUSES.map((status) => `, status: ${status}`)];
    const kinds = ['', ...KINDS.map((kind) => `, kind: ${kind}`)];
    for (const filter of statuses.flatMap((status) => kinds.map((kind) => `${status}${kind}`))) {
      for (const sql of await statementsOf(`{ payments(first: ${FIRST}${filter}) { nodes { id } } }`, investor)) {
        const { scanned, read } = await costOf(sql);
        expect({ sql, scanned, enough: read < 3 * POOL.sales }).toEqual({ sql, scanned: [], enough: true });
      }
    }
  });

  test('a list whose index is missing is found', async () => {
    const { query } = server.database;
    await query('ALTER TABLE payments DROP INDEX payments_by_status, DROP INDEX payments_by_status_and_kind');
    try {
      const statements = await statementsOf(`{ payments(first: ${FIRST}, status: PENDING) { nodes { id } } }`);
      const read: number[] = [];
      for (const sql of statements) read.push((await costOf(sql)).read);
      expect(Math.max(...read)).toBeGreaterThan(MOST_READ);
    } finally {
      await query(BOTH_AGAIN);
    }
  }, 120_000);

  /** Of 20 requests. */
  async function millisecondsOfPending(): Promise<{ medianMs: number; slowestMs: number }> {
    const times: number[] = [];
    for (let i = 0; i < 20; i += 1) {
      const began = performance.now();
      await server.admin.request('{ payments(status: PENDING) { nodes { id amount user { name } } } }');
      times.push(Math.round(performance.now() - began));
    }
    times.sort((a, b) => a - b);
    return { medianMs: times[10] ?? 0, slowestMs: times[19] ?? 0 };
  }

  test('the pending payments are told at once', async () => {
    const told = await millisecondsOfPending();
    const { query } = server.database;
    await query('ALTER TABLE payments DROP INDEX payments_by_status, DROP INDEX payments_by_status_and_kind');
    const before = await millisecondsOfPending().finally(() => query(BOTH_AGAIN));
    process.stdout.write(
      `pending: ${JSON.stringify({ payments: POOL.members * POOL.sales, ...told, withoutIndex: before })}\n`,
    );
    if (WHOLE) expect(told.medianMs).toBeLessThan(100);
    if (WHOLE) expect(told.medianMs).toBeLessThan(before.medianMs / 5);
  }, 240_000);
});
