import { fc } from '../support/random';
import { PaymentKind, Role } from '../../src/entities/enums';
import type { MemberPreview } from '../../src/services/ledger';
import { createLedger, emptyLedger, type LedgerUnderTest } from '../support/ledger';
import { History, steps } from './history';
import { Model } from './model';

const { INVESTOR, OPERATOR } = Role;
const ROLES = [OPERATOR, INVESTOR, INVESTOR, INVESTOR];
const MEMBERS = ROLES.map((_, i) => i + 2);
const RATE = 333_333;

/** A preview is worth what it says: the rows that are booked right after it are those that it told. */
describe('previews', () => {
  let ledger: LedgerUnderTest;

  beforeAll(async () => {
    ledger = await createLedger({ commissionRate: RATE, roles: ROLES });
  });
  afterAll(() => ledger.close());

  const stateOf = async (): Promise<unknown> => [
    await ledger.query('SELECT id, balance, percentage, memberSince FROM users ORDER BY id'),
    await ledger.query('SELECT * FROM payments ORDER BY id'),
    await ledger.query('SELECT * FROM vehicles ORDER BY id'),
    await ledger.query('SELECT COUNT(*) FROM contributions'),
    await ledger.query('SELECT lastOperation FROM pool'),
  ];

  const told = (members: readonly MemberPreview[]): string[] =>
    members.map(({ userId, amount, balance, percentage }) =>
      [userId, amount, balance, percentage].map(String).join(' '),
    );
  /** The lines of members that payments of that condition have left, in the order of accounts. */
  async function booked(condition: string, parameter: number): Promise<string[]> {
    const rows = await ledger.query(
      `SELECT c.userId, c.amount, c.balance, c.percentage FROM contributions c JOIN payments p ON p.id = c.paymentId
       JOIN users u ON u.id = c.userId WHERE u.role <> 'COMPANY' AND ${condition} ORDER BY c.userId`,
      [parameter],
    );
    return rows.map((row) => [row.userId, row.amount, row.balance, row.percentage].map(String).join(' '));
  }

  async function begin(list: Parameters<History['take']>[0][]): Promise<History> {
    await emptyLedger(ledger.query);
    const history = new History(ledger, new Model(MEMBERS, BigInt(RATE)));
    for (const step of list) await history.take(step);
    return history;
  }

  test('of a sale: what is booked then, after whatever was before', async () => {
    const profit = fc.bigInt({ min: -50n, max: 10n ** 6n });
    await fc.assert(
      fc.asyncProperty(steps({ maxLength: 10 }), profit, async (before, gain) => {
        await begin(before);
        const { vehicles, actor } = ledger;
        const vehicle = await vehicles.buy(actor, { title: 'A car', cost: 1_000n });
        const asked = { vehicleId: String(vehicle.id), price: 1_000n + gain };
        const state = await stateOf();
        const preview = await vehicles.previewSale(asked.vehicleId, asked.price);
        expect(await stateOf()).toEqual(state);

        await vehicles.sell(actor, asked);
        const [sale] = await vehicles.salesOf([vehicle.id]);
        const { commission, distributed } = preview;
        expect(sale).toMatchObject({ profit: preview.profit, commission, distributed });
        expect(told(preview.members)).toEqual(await booked('p.saleId = ?', sale?.id ?? 0));
      }),
      { numRuns: 20 },
    );
  }, 120_000);

  test('of a confirmation: every line that is booked then, after whatever was before', async () => {
    const amount = fc.bigInt({ min: 1n, max: 10n ** 9n });
    await fc.assert(
      fc.asyncProperty(steps({ maxLength: 10 }), fc.nat(2), amount, fc.boolean(), async (before, who, sum, isOut) => {
        const history = await begin(before);
        const { payments, actor } = ledger;
        const member = history.model.members[who];
        if (member === undefined) throw new Error('there is no such member');
        const isWithdrawal = isOut && member.balance > 0n;
        const change = isWithdrawal ? -(member.balance < sum ? member.balance : sum) : sum;
        const id = await ledger.requestMove(member.id, change);
        const held = new Map(
          (await ledger.query('SELECT id, balance, percentage FROM users')).map((row) => [row.id, row]),
        );
        const state = await stateOf();
        const preview = await payments.previewConfirmation(actor, id);
        expect(await stateOf()).toEqual(state);
        expect(preview.payment).toMatchObject({ id: Number(id), status: 'PENDING' });
        for (const { userId, balanceBefore, percentageBefore } of preview.members) {
          expect(held.get(userId)).toMatchObject({ balance: String(balanceBefore), percentage: percentageBefore });
        }
        await payments.confirm(actor, id);
        expect(told(preview.members)).toEqual(await booked('p.id = ?', Number(id)));
      }),
      { numRuns: 20 },
    );
  }, 120_000);

  test('are refused as the operation would be', async () => {
    await begin([]);
    const { vehicles, payments, actor } = ledger;
    const { id } = await vehicles.buy(actor, { title: 'A car', cost: 1n });
    await vehicles.sell(actor, { vehicleId: String(id), price: 1n });
    await expect(vehicles.previewSale(String(id), 1n)).rejects.toMatchObject({ code: 'VEHICLE_ALREADY_SOLD' });
    await expect(vehicles.previewSale('0', 1n)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(vehicles.previewSale(String(id), 0n)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    const [first = 0] = MEMBERS;
    const done = await ledger.move(first, 100n);
    await expect(payments.previewConfirmation(actor, done)).rejects.toMatchObject({ code: 'PAYMENT_NOT_PENDING' });
    const late = await ledger.requestMove(first, -100n);
    await ledger.move(first, -60n);
    await expect(payments.previewConfirmation(actor, late)).rejects.toMatchObject({ code: 'INSUFFICIENT_BALANCE' });
    await expect(payments.previewConfirmation(actor, '0')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('wait for no lock, and leave none', async () => {
    await begin([]);
    const { vehicles, payments, actor, dataSource } = ledger;
    const { id } = await vehicles.buy(actor, { title: 'A car', cost: 1n });
    const [first = 0] = MEMBERS;
    await ledger.move(first, 100n);
    const payment = await ledger.requestMove(first, 50n);
    const other = dataSource.createQueryRunner();
    await other.connect();
    await other.startTransaction();
    try {
      for (const table of ['pool', 'users', 'vehicles', 'payments', 'contributions']) {
        await other.query(`SELECT * FROM ${table} FOR UPDATE`);
      }
      // With those locks of another transaction held, whatever waited would fail.
      expect((await vehicles.previewSale(String(id), 101n)).distributed).toBe(67n);
      expect((await payments.previewConfirmation(actor, payment)).members).toHaveLength(1);
    } finally {
      await other.rollbackTransaction();
      await other.release();
    }
    const kinds = (await ledger.query('SELECT kind FROM payments WHERE id = ?', [payment])).map(({ kind }) => kind);
    expect(kinds).toEqual([PaymentKind.DEPOSIT]);
    await ledger.query('SELECT * FROM users FOR UPDATE');
  });
});
