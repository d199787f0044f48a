import { PaymentKind } from '../../src/entities/enums';
import { User } from '../../src/entities/user';
import { Refusal } from '../../src/services/errors';
import type { LedgerUnderTest } from '../support/ledger';
import { Model, type ModelVehicle, type Movement } from './model';
import { MAX_CENTS, type Step } from './steps';

export { type Step, steps } from './steps';

const among = <T>(list: readonly T[], pick: number): T | undefined => list[pick % Math.max(1, list.length)];

const ascending = (a: bigint, b: bigint): number => Number(a > b) - Number(a < b);

/** Does the same to the services and to the model, and holds one against the other. */
export class History {
  private readonly vehicleIds: string[] = [];
  private readonly asker: User;

  constructor(
    private readonly ledger: LedgerUnderTest,
    readonly model: Model,
  ) {
    // Asks on behalf of others, which an INVESTOR may not.
    this.asker = Object.assign(new User(), ledger.actor, { role: 'ADMIN' });
  }

  /** One step, and the ledger check and the comparison of all balances and shares after it. */
  async take(one: Step): Promise<void> {
    const { model } = this;
    switch (one.do) {
      case 'deposit':
      case 'request': {
        const member = among(model.members, one.member);
        if (member !== undefined) await this.request(member.id, one.amount, one.do === 'deposit');
        break;
      }
      case 'withdraw':
      case 'request withdrawal': {
        const member = among(model.members, one.member);
        if (member === undefined) break;
        const sum = one.amount === 'all' ? member.balance : one.amount;
        if (sum > 0n && sum <= MAX_CENTS) await this.request(member.id, -sum, one.do === 'withdraw');
        break;
      }
      case 'confirm': {
        // Mostly one that waits for it.
        const pending = model.movements.filter(({ status }) => status === 'PENDING');
        const movement = among(one.movement % 5 === 0 ? model.movements : pending, one.movement);
        if (movement !== undefined) await this.confirm(movement);
        break;
      }
      case 'reject': {
        const movement = among(model.movements, one.movement);
        if (movement !== undefined) await this.reject(movement);
        break;
      }
      case 'buy':
        await this.buy(one.cost);
        break;
      case 'sell': {
        const vehicle = among(model.vehicles, one.vehicle);
        if (vehicle !== undefined) await this.sell(vehicle, one.profit);
        break;
      }
      case 'unsell': {
        const vehicle = among(model.vehicles, one.vehicle);
        if (vehicle !== undefined) await this.unsell(vehicle);
        break;
      }
      case 'unbuy': {
        const vehicle = among(model.vehicles, one.vehicle);
        if (vehicle !== undefined) await this.unbuy(vehicle);
        break;
      }
    }
    await this.compareHoldings();
    expect(await this.ledger.check()).toEqual([]);
  }

  async request(account: number, sum: bigint, confirmed: boolean): Promise<void> {
    const kind = sum > 0n ? PaymentKind.DEPOSIT : PaymentKind.WITHDRAWAL;
    const input = { kind, amount: sum > 0n ? sum : -sum, userId: String(account) };
    const refusal = this.model.refusesRequest(account, sum);
    const payment = await this.attempt(refusal, () => this.ledger.payments.request(this.asker, input));
    if (payment === null) return;
    const movement: Movement = { payment: String(payment.id), account, amount: sum, status: 'PENDING' };
    this.model.movements.push(movement);
    if (confirmed) await this.confirm(movement);
  }

  async confirm(movement: Movement): Promise<void> {
    const refusal = this.model.refusesConfirmation(movement);
    await this.attempt(refusal, () => this.ledger.payments.confirm(this.ledger.actor, movement.payment));
    if (refusal === null) this.model.confirm(movement);
  }

  private async reject(movement: Movement): Promise<void> {
    const refusal = movement.status === 'PENDING' ? null : 'PAYMENT_NOT_PENDING';
    await this.attempt(refusal, () => this.ledger.payments.reject(this.ledger.actor, { id: movement.payment }));
    if (refusal === null) movement.status = 'REJECTED';
  }

  async buy(cost: bigint): Promise<ModelVehicle> {
    const { id } = await this.ledger.vehicles.buy(this.ledger.actor, { title: 'A car', cost });
    this.vehicleIds.push(String(id));
    return this.model.buy(cost);
  }

  async sell(vehicle: ModelVehicle, wanted: bigint): Promise<void> {
    const price = [1n, vehicle.cost + wanted, MAX_CENTS].sort(ascending)[1] ?? 1n;
    const isSold = this.model.saleInForce(vehicle) !== undefined;
    const refusal = vehicle.cancelled ? 'NOT_FOUND' : isSold ? 'VEHICLE_ALREADY_SOLD' : null;
    const vehicleId = this.idOf(vehicle);
    await this.attempt(refusal, () => this.ledger.vehicles.sell(this.ledger.actor, { vehicleId, price }));
    if (refusal === null) this.model.sell(vehicle, price);
  }

  async unsell(vehicle: ModelVehicle): Promise<void> {
    const isSold = this.model.saleInForce(vehicle) !== undefined;
    const refusal = vehicle.cancelled ? 'NOT_FOUND' : isSold ? null : 'VEHICLE_NOT_SOLD';
    const vehicleId = this.idOf(vehicle);
    await this.attempt(refusal, () => this.ledger.vehicles.unsell(this.ledger.actor, { vehicleId }));
    if (refusal === null) this.model.unsell(vehicle);
  }

  private async unbuy(vehicle: ModelVehicle): Promise<void> {
    const refusal = this.model.refusesUnbuying(vehicle);
    const vehicleId = this.idOf(vehicle);
    await this.attempt(refusal, () => this.ledger.vehicles.unbuy(this.ledger.actor, { vehicleId }));
    if (refusal === null) this.model.unbuy(vehicle);
  }

  private idOf(vehicle: ModelVehicle): string {
    return this.vehicleIds[this.model.vehicles.indexOf(vehicle)] ?? '';
  }

  /** Runs what must be refused with that code, or must not be refused. @returns null where it was */
  private async attempt<T>(refusal: string | null, request: () => Promise<T>): Promise<T | null> {
    const answer = await request().catch((error: unknown) => {
      if (error instanceof Refusal) return error;
      throw error;
    });
    expect(answer instanceof Refusal ? answer.code : null).toBe(refusal);
    return answer instanceof Refusal ? null : answer;
  }

  private get accounts(): Model['members'] {
    return [this.model.company, ...this.model.members];
  }

  async compareHoldings(): Promise<void> {
    const rows = await this.ledger.query('SELECT id, balance, percentage FROM users ORDER BY id');
    expect(rows.map((r) => `${String(r.id)}: ${String(r.balance)} at ${String(r.percentage)}`)).toEqual(
      this.accounts.map(({ id, balance, share }) => `${id}: ${balance} at ${share}`),
    );
  }

  /** Every line of every account, every sale and the journal. */
  async compareAll(): Promise<void> {
    const lines = await this.ledger.query(
      `SELECT c.userId, p.kind, c.amount, c.balance, c.percentage FROM contributions c
       JOIN payments p ON p.id = c.paymentId ORDER BY c.userId, c.id`,
    );
    expect(lines.map((r) => [r.userId, r.kind, r.amount, r.balance, r.percentage].map(String).join(' '))).toEqual(
      this.accounts.flatMap(({ id, history }) =>
        history.map(({ kind, amount: change, balance, share }) => [id, kind, change, balance, share].join(' ')),
      ),
    );
    const sales = await this.ledger.query(
      `SELECT vehicleId, price, profit, commission, distributed, reversedAt IS NOT NULL AS reversed
       FROM sales ORDER BY vehicleId, id`,
    );
    expect(
      sales.map((r) => [r.vehicleId, r.price, r.profit, r.commission, r.distributed, r.reversed].map(String).join(' ')),
    ).toEqual(
      this.model.vehicles.flatMap((vehicle) =>
        vehicle.sales.map((s) =>
          [this.idOf(vehicle), s.price, s.profit, s.commission, s.distributed, s.reversed ? 1 : 0].join(' '),
        ),
      ),
    );
    const [held] = await this.ledger.query(
      "SELECT COALESCE(SUM(cost), 0) AS cost FROM vehicles WHERE status = 'FOR_SALE'",
    );
    expect(String(held?.cost)).toBe(String(this.model.invested));
    const operations = await this.ledger.query('SELECT number, kind FROM operations ORDER BY number');
    expect(operations.map(({ kind }) => kind)).toEqual(this.model.operations);
    expect(this.ledger.asked).toEqual(operations.map(({ number }) => number));
  }
}
