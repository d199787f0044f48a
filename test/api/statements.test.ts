import { startPrivateDatabaseServer, type PrivateDatabaseServer } from '../support/private-database-server';
import { startTestServer, type TestServer } from '../support/server';
import { allBackedUp } from '../support/traces';

/** The pool may open a connection just then, which first gets its settings. */
const OF_A_CONNECTION = /^SET (SESSION|NAMES)|^ROLLBACK$|wsrep_on/;

/** The server looks at its journals and its backups every 2 s: what it asks then is not seen in each of so many tries. */
const TRIES = 4;

/**
 * How many SQL statements a nested page costs. The database server is this test's own, so that its general log, which
 * sees every statement, sees nobody else's.
 */
describe('SQL statements of a nested page', () => {
  /** The fewest rows that a test adds: had each a statement of its own, there would be as many more. */
  const FEWEST_ADDED = 12;

  let databaseServer: PrivateDatabaseServer;
  let server: TestServer;

  beforeAll(async () => {
    databaseServer = await startPrivateDatabaseServer();
    server = await startTestServer({ BACKUP_VERIFY: 'checksum' }, databaseServer.url);
    await server.database.query(`SET GLOBAL log_output = 'TABLE'`);
  });
  afterAll(async () => {
    await server.close();
    await databaseServer.close();
  });

  /** The statements that the server sends for each of some requests; asked once before, so that connections are open. */
  async function statementsOf(document: string): Promise<{ statements: string[]; rows: number }> {
    const { admin } = server;
    await allBackedUp(server);
    const { page } = await admin.request<{ page: { nodes: unknown[] } }>(document);
    const tries: string[][] = [];
    for (let i = 0; i < TRIES; i++) tries.push(await statementsDuring(() => admin.request(document)));
    const [first = [], ...others] = tries;
    const isOfTheRequest = (sql: string): boolean =>
      others.every((those) => those.some((it) => kindOf(it) === kindOf(sql)));
    return { statements: first.filter(isOfTheRequest), rows: page.nodes.length };
  }

  async function statementsDuring(act: () => Promise<unknown>): Promise<string[]> {
    const { database } = server;
    await database.query('TRUNCATE mysql.general_log');
    await database.query('SET GLOBAL general_log = ON');
    await act();
    await database.query('SET GLOBAL general_log = OFF');
    const log = await database.query(
      `SELECT CONVERT(argument USING utf8mb4) AS statement FROM mysql.general_log
       WHERE command_type IN ('Query', 'Execute') AND thread_id <> CONNECTION_ID() ORDER BY event_time`,
    );
    return log.map(({ statement }) => String(statement)).filter((sql) => !OF_A_CONNECTION.test(sql));
  }

  /** A statement but for the ids in it. */
  const kindOf = (sql: string): string => sql.replace(/\(\d+(, \d+)*\)/g, '(?)');

  /**
   * The same statements but for the ids in them, and none once for each row. How often a statement is sent, of one to
   * the number of fields that ask for such rows, hangs on which answer comes first: what has been read is not asked
   * for again.
   */
  function expectSameKinds(ofMany: readonly string[], ofFew: readonly string[]): void {
    const timesOfKind = (statements: readonly string[]): Map<string, number> => {
      const times = new Map<string, number>();
      for (const kind of statements.map(kindOf)) {
        times.set(kind, (times.get(kind) ?? 0) + 1);
      }
      return times;
    };
    const many = timesOfKind(ofMany);
    expect([...many.keys()].sort()).toEqual([...timesOfKind(ofFew).keys()].sort());
    expect(Math.max(...many.values())).toBeLessThan(FEWEST_ADDED / 2);
  }

  /** A vehicle whose first sale was undone and whose second is in force. */
  async function sellTwice(): Promise<void> {
    const { admin } = server;
    const vehicle = await admin.buy('100.00');
    await admin.sell(vehicle, '150.00');
    await admin.unsell(vehicle);
    await admin.sell(vehicle, '200.00');
  }

  /** Many at once, as a year of purchases and sales would leave them: each with a payment of a member. */
  async function addSoldVehicles(count: number): Promise<void> {
    const { database, admin } = server;
    await database.query('INSERT INTO vehicles (title, cost, status, boughtAt, boughtById) VALUES ?', [
      Array.from({ length: count }, () => ['Added', 1, 'SOLD', '2025-01-01', admin.id]),
    ]);
    await database.query(
      `INSERT INTO sales (vehicleId, price, profit, commission, distributed, soldAt, soldById, daysHeld)
       SELECT id, 3, 2, 1, 1, '2025-01-02', ?, 1 FROM vehicles WHERE title = 'Added'`,
      [admin.id],
    );
    await database.query(
      `INSERT INTO payments (userId, kind, status, amount, saleId, createdAt, confirmedAt, confirmedById)
       SELECT (SELECT MIN(id) + s.id % 3 FROM users WHERE role = 'INVESTOR'), 'INCOME', 'CONFIRMED', 1, s.id, NOW(3), NOW(3), ?
       FROM sales s JOIN vehicles v ON v.id = s.vehicleId WHERE v.title = 'Added'`,
      [admin.id],
    );
  }

  const ACCOUNT = `id name balance
    payments(first: 3) { totalCount pageInfo { hasNextPage } nodes { id user { id } sale { id } reverses { id } } }
    contributions(first: 3) { totalCount nodes { id user { id } payment { id kind } } }`;
  const VEHICLES = `{ page: vehicles(first: 100) { totalCount pageInfo { endCursor } nodes {
    id boughtBy { ${ACCOUNT} }
    sale { id vehicle { id } soldBy { id } payments { id } }
    sales { id profit soldBy { id } reversedBy { id } vehicle { title } payments {
      id amount user { id name } sale { id vehicle { id } } reverses { id user { id } } confirmedBy { id }
    } }
  } } }`;
  const accounts = (role: string): string => `{ page: users(role: ${role}) { totalCount nodes { ${ACCOUNT}
    open: payments(status: PENDING) { totalCount nodes { id sale { id } } }
  } } }`;

  test('are of the same kinds for 1 and for 100 vehicles', async () => {
    const { admin } = server;
    const operator = await admin.createUser('OPERATOR');
    for (const amount of ['100.00', '200.00', '300.00']) {
      const { id } = await admin.createUser('INVESTOR');
      await operator.deposit(id, amount);
    }
    await sellTwice();
    const one = await statementsOf(VEHICLES);
    expect(one.rows).toBe(1);

    for (let i = 0; i < 4; i++) await sellTwice();
    await addSoldVehicles(95);
    const hundred = await statementsOf(VEHICLES);
    expect(hundred.rows).toBe(100);
    expectSameKinds(hundred.statements, one.statements);
    // Who asks, the page and its count, and one for each kind of row on each level.
    expect(one.statements.length).toBeGreaterThan(5);
    expect(one.statements.length).toBeLessThan(25);
  });

  test('are of the same kinds for a few and for a dozen more accounts', async () => {
    const { admin } = server;
    const addAccount = async (): Promise<void> => {
      const { id } = await admin.createUser('OPERATOR');
      await admin.deposit(id, '2.00');
      await admin.requestPayment('DEPOSIT', '1.00', id);
    };
    // Two, since the page of one account alone is another statement.
    await addAccount();
    await addAccount();
    const few = await statementsOf(accounts('OPERATOR'));
    for (let i = 0; i < FEWEST_ADDED; i++) await addAccount();
    const many = await statementsOf(accounts('OPERATOR'));
    expect(many.rows).toBe(few.rows + FEWEST_ADDED);
    expectSameKinds(many.statements, few.statements);
    expect(many.statements.length).toBeLessThan(15);
  });
});
