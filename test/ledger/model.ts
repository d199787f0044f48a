/*
 * The money rules once more, as plainly as they can be said, for the tests to hold the services against. Nothing here
 * is shared with the services: not the arithmetic, not the types.
 */

/** Whole cents; shares in ppm. */
export interface Line {
  /** The kind of the payment that it belongs to. */
  kind: string;
  amount: bigint;
  balance: bigint;
  share: bigint;
}

export interface Account {
  id: number;
  balance: bigint;
  share: bigint;
  /** Its contributions, oldest first. */
  history: Line[];
}

export interface ModelSale {
  price: bigint;
  profit: bigint;
  commission: bigint;
  distributed: bigint;
  /** What was paid, by account. */
  paid: { account: number; amount: bigint }[];
  reversed: boolean;
}

export interface ModelVehicle {
  cost: bigint;
  sales: ModelSale[];
  cancelled: boolean;
}

export type Status = 'PENDING' | 'CONFIRMED' | 'REJECTED';

export interface Movement {
  payment: string;
  account: number;
  amount: bigint;
  status: Status;
}

/** Why a request must be refused; null where it must not. */
export type Verdict = string | null;

const HUNDRED_PERCENT = 1_000_000n;

export class Model {
  readonly company: Account = { id: 1, balance: 0n, share: 0n, history: [] };
  readonly members: Account[];
  readonly vehicles: ModelVehicle[] = [];
  readonly movements: Movement[] = [];
  operations: string[] = [];

  /** @param commissionRate in ppm */
  constructor(
    memberIds: readonly number[],
    private readonly commissionRate: bigint,
  ) {
    this.members = memberIds.map((id) => ({ id, balance: 0n, share: 0n, history: [] }));
  }

  member(id: number): Account {
    const member = this.members.find((one) => one.id === id);
    if (member === undefined) throw new Error(`the model has no member ${id}`);
    return member;
  }

  refusesRequest(account: number, amount: bigint): Verdict {
    return -amount > this.member(account).balance && amount < 0n ? 'INSUFFICIENT_BALANCE' : null;
  }

  refusesConfirmation({ account, amount, status }: Movement): Verdict {
    if (status !== 'PENDING') return 'PAYMENT_NOT_PENDING';
    return this.refusesRequest(account, amount);
  }

  confirm(movement: Movement): void {
    movement.status = 'CONFIRMED';
    const payer = this.member(movement.account);
    payer.balance += movement.amount;
    const shares = shareOut(
      HUNDRED_PERCENT,
      this.members.map(({ balance }) => (balance > 0n ? balance : 0n)),
    );
    this.members.forEach((member, place) => {
      member.share = shares[place] ?? 0n;
      if (member !== payer && member.history.length === 0) return;
      write(member, movement.amount > 0n ? 'DEPOSIT' : 'WITHDRAWAL', member === payer ? movement.amount : 0n);
    });
    this.operations.push('CONFIRM_PAYMENT');
  }

  buy(cost: bigint): ModelVehicle {
    const vehicle = { cost, sales: [], cancelled: false };
    this.vehicles.push(vehicle);
    this.operations.push('BUY_VEHICLE');
    return vehicle;
  }

  refusesUnbuying({ sales, cancelled }: ModelVehicle): Verdict {
    return cancelled ? 'NOT_FOUND' : sales.length > 0 ? 'VEHICLE_ALREADY_SOLD' : null;
  }

  unbuy(vehicle: ModelVehicle): void {
    vehicle.cancelled = true;
    this.operations.push('UNBUY_VEHICLE');
  }

  /** What the vehicles for sale have cost. */
  get invested(): bigint {
    const isHeld = (vehicle: ModelVehicle): boolean => !vehicle.cancelled && this.saleInForce(vehicle) === undefined;
    return this.vehicles.filter(isHeld).reduce((sum, { cost }) => sum + cost, 0n);
  }

  saleInForce(vehicle: ModelVehicle): ModelSale | undefined {
    return vehicle.sales.find(({ reversed }) => !reversed);
  }

  sell(vehicle: ModelVehicle, price: bigint): void {
    const profit = price - vehicle.cost;
    const sale: ModelSale = { price, profit, commission: 0n, distributed: 0n, paid: [], reversed: false };
    vehicle.sales.push(sale);
    this.operations.push('SELL_VEHICLE');
    if (profit <= 0n) return;
    sale.commission = (profit * this.commissionRate) / HUNDRED_PERCENT;
    const rest = profit - sale.commission;
    const parts = shareOut(
      rest,
      this.members.map(({ share }) => share),
    );
    const pay = (account: Account, kind: string, amount: bigint): void => {
      sale.paid.push({ account: account.id, amount });
      account.balance += amount;
      write(account, kind, amount);
    };
    pay(this.company, 'COMMISSION', sale.commission);
    this.members.forEach((member, place) => {
      const part = parts[place] ?? 0n;
      sale.distributed += part;
      if (part >= 1n) pay(member, 'INCOME', part);
    });
  }

  unsell(vehicle: ModelVehicle): void {
    const sale = this.saleInForce(vehicle);
    if (sale === undefined) throw new Error('the model has no sale to undo');
    sale.reversed = true;
    sale.paid.forEach(({ account: id, amount }) => {
      const account = id === this.company.id ? this.company : this.member(id);
      account.balance -= amount;
      write(account, 'REVERSAL', -amount);
    });
    this.operations.push('UNSELL_VEHICLE');
  }
}

function write(account: Account, kind: string, amount: bigint): void {
  account.history.push({ kind, amount, balance: account.balance, share: account.share });
}

/**
 * Largest remainder, literally: everybody the whole part; what is left goes one by one to whoever has the largest
 * remainder and got none yet, the first of equals. The weights come in the order of the ids.
 */
export function shareOut(total: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((a, b) => a + b, 0n);
  if (sum === 0n) return weights.map(() => 0n);
  const parts = weights.map((weight) => (total * weight) / sum);
  const remainders = weights.map((weight) => (total * weight) % sum);
  for (let left = total - parts.reduce((a, b) => a + b, 0n); left > 0n; left--) {
    let largest = 0;
    remainders.forEach((remainder, place) => {
      if (remainder > (remainders[largest] ?? 0n)) largest = place;
    });
    parts[largest] = (parts[largest] ?? 0n) + 1n;
    remainders[largest] = -1n;
  }
  return parts;
}
