import { openSession, type Session } from '../../src/backup/server/session';
import { Role } from '../../src/entities/enums';
import { checkLedger } from '../../src/services/ledger-check';
import { byCommand, changeRows } from '../../src/services/changes';
import { PoolService } from '../../src/services/pool-service';
import { OperationQueue } from '../../src/services/operation-queue';
import { UserService } from '../../src/services/user-service';
import { createLedger, type LedgerUnderTest } from '../support/ledger';
import { SEED } from '../support/random';

const TABLES = ['users', 'vehicles', 'sales', 'payments', 'contributions', 'operations', 'changes', 'commission_rates'];
/** Columns of the first versions, which nothing writes any more. */
const UNUSED = ['vehicles.idempotencyKey', 'payments.idempotencyKey'];

interface Column {
  tableName: string;
  name: string;
  type: string;
  definition: string;
}

let ledger: LedgerUnderTest;
let session: Session;
let columns: Column[];

beforeAll(async () => {
  ledger = await createLedger({ roles: [Role.OPERATOR] });
  const { actor, vehicles, payments, dataSource, database } = ledger;
  const users = new UserService(dataSource);
  const members: number[] = [];
  for (let i = 1; i <= 3; i++) {
    const account = {
      name: `Member ${i}`,
      email: `m${i}@example.com`,
      password: 'a long password',
      role: Role.INVESTOR,
    };
    members.push((await users.create(byCommand('user:create'), account)).id);
  }
  for (const member of members) await ledger.move(member, 100_000n);
  for (let i = 0; i < 2; i++) {
    const { id } = await vehicles.buy(actor, { title: `Car ${i}`, cost: 1_000n });
    await vehicles.sell(actor, { vehicleId: String(id), price: 2_000n });
    if (i === 0) await vehicles.unsell(actor, { vehicleId: String(id), reason: 'A mistake' });
  }
  await payments.reject(actor, { id: await ledger.requestMove(members[0] ?? 0, 5n), reason: 'No' });
  await ledger.requestMove(members[1] ?? 0, 7n);
  await new PoolService(dataSource, new OperationQueue()).setCommissionRate(actor, 250_000);
  // What is in no table has a row without a state.
  const changed = { subject: 'backups', id: null, after: { removed: 1 } } as const;
  await changeRows(dataSource, byCommand('db:prune'), () => Promise.resolve({ result: undefined, changed }));
  session = await openSession(database.address);
  columns = (await session.query(
    `SELECT TABLE_NAME AS tableName, COLUMN_NAME AS name, DATA_TYPE AS type, COLUMN_TYPE AS definition
     FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (?)
     ORDER BY TABLE_NAME, ORDINAL_POSITION`,
    [TABLES],
  )) as unknown as Column[];
}, 120_000);
afterAll(async () => {
  session.close();
  await ledger.close();
});

/** What the check finds after that damage, which is taken back. */
async function foundAfter(...damage: string[]): Promise<string[]> {
  await session.query('SET foreign_key_checks = 0');
  await session.query('START TRANSACTION');
  try {
    for (const sql of damage) await session.query(sql);
    return await checkLedger(session.query);
  } finally {
    await session.query('ROLLBACK');
  }
}

/** Another value than the one that is there. */
function another({ name, type, definition }: Column): string {
  if (type === 'datetime') return `COALESCE(${name} + INTERVAL 1 SECOND, NOW(3))`;
  if (type === 'enum') {
    const [first = '', second = ''] = [...definition.matchAll(/'[^']*'/g)].map(String);
    return `IF(${name} = ${first}, ${second}, ${first})`;
  }
  if (/char|text/.test(type)) return `COALESCE(CONCAT('~', SUBSTRING(${name}, 2)), '~')`;
  return `COALESCE(${name} + 100, 100)`;
}

test('fits, as the services write it', async () => {
  expect(await ledger.check()).toEqual([]);
});

test('a row of any table that is altered by hand is found, whatever the column', async () => {
  const unnoticed: string[] = [];
  for (const column of columns.filter(({ tableName, name }) => !UNUSED.includes(`${tableName}.${name}`))) {
    const { tableName, name } = column;
    // Of the accounts, those that the journal knows to have been made.
    const where = tableName === 'users' ? 'WHERE id > 2' : tableName === 'changes' ? 'WHERE number > 1' : '';
    const sql = `UPDATE ${tableName} SET ${name} = ${another(column)} ${where} ORDER BY RAND(${SEED}) LIMIT 1`;
    if ((await foundAfter(sql)).length === 0) unnoticed.push(sql);
  }
  expect(unnoticed).toEqual([]);
}, 300_000);

test('a row that is removed is found', async () => {
  for (const table of TABLES) {
    const where = table === 'users' ? 'WHERE id > 2' : '';
    expect([
      table,
      (await foundAfter(`DELETE FROM ${table} ${where} ORDER BY RAND(${SEED}) LIMIT 1`)).length,
    ]).not.toEqual([table, 0]);
  }
}, 120_000);

test('a row that is inserted is named', async () => {
  expect(
    await foundAfter("INSERT INTO users (name, email, role, createdAt) VALUES ('x', 'x@example.com', 'ADMIN', NOW(3))"),
  ).toEqual([expect.stringMatching(/^User \d+ was made by no change\.$/)]);
  expect(
    await foundAfter(
      `INSERT INTO payments (userId, kind, status, amount, createdAt, requestedById) VALUES (3, 'DEPOSIT', 'PENDING', 1, NOW(3), 2)`,
    ),
  ).toEqual([expect.stringMatching(/^Payment \d+ was made by no change\.$/)]);
  expect(
    await foundAfter(
      'INSERT INTO contributions (userId, paymentId, amount, balance, percentage, createdAt) SELECT userId, paymentId, 0, balance, percentage, createdAt FROM contributions ORDER BY id DESC LIMIT 1',
    ),
  ).toContainEqual(expect.stringMatching(/^Operation \d+ \(\w+\) or what it booked is not as it was written\.$/));
});

test('the first link that does not fit is named, also where a row is taken out of the chain and the numbers close up', async () => {
  expect(await foundAfter("UPDATE changes SET actorName = 'somebody else' WHERE number = 4")).toEqual([
    'Change 4 (user:create) does not fit the chain: it, or the change before it, is not as it was written.',
  ]);
  const [first] = await foundAfter(
    'DELETE FROM changes WHERE number = 5',
    'UPDATE changes SET number = number - 1 WHERE number > 5 ORDER BY number',
    'UPDATE change_counter SET lastChange = lastChange - 1',
  );
  expect(first).toMatch(/^(Change 5 \(\w+\) does not fit the chain|Operation \d+ has no row)/);
});
