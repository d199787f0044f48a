import type { LedgerUnderTest } from '../support/ledger';
import type { Statement } from '../support/database-proxy';

/** One critical operation: what must be there before it, and the operation; it answers with the id that it is about. */
export interface OperationUnderTest {
  name: string;
  prepare(ledger: LedgerUnderTest): Promise<string>;
  run(ledger: LedgerUnderTest, id: string): Promise<string>;
}

const COST = 10_000n;
const PRICE = 25_001n;

const bought = async ({ vehicles, actor }: LedgerUnderTest): Promise<string> =>
  String((await vehicles.buy(actor, { title: 'A car', cost: COST })).id);

const sold = async (ledger: LedgerUnderTest): Promise<string> => {
  const vehicleId = await bought(ledger);
  await ledger.vehicles.sell(ledger.actor, { vehicleId, price: PRICE });
  return vehicleId;
};

type All = readonly [
  OperationUnderTest,
  OperationUnderTest,
  OperationUnderTest,
  OperationUnderTest,
  OperationUnderTest,
];

export const OPERATIONS: All = [
  { name: 'buyVehicle', prepare: () => Promise.resolve(''), run: bought },
  {
    name: 'sellVehicle',
    prepare: bought,
    run: async ({ vehicles, actor }, vehicleId) => String((await vehicles.sell(actor, { vehicleId, price: PRICE })).id),
  },
  {
    name: 'unsellVehicle',
    prepare: sold,
    run: async ({ vehicles, actor }, vehicleId) => String((await vehicles.unsell(actor, { vehicleId })).id),
  },
  {
    name: 'confirmPayment',
    prepare: async (ledger) => ledger.requestMove(3, 1_234n),
    run: async ({ payments, actor }, id) => String((await payments.confirm(actor, id)).id),
  },
  {
    name: 'unbuyVehicle',
    prepare: bought,
    run: async ({ vehicles, actor }, vehicleId) => String((await vehicles.unbuy(actor, { vehicleId })).id),
  },
];

/** Answers with the numbers of all operations, and what the newest is about. */
export async function journal({ query }: LedgerUnderTest): Promise<{ numbers: number[]; newest: string }> {
  const rows = await query('SELECT number, COALESCE(vehicleId, paymentId) AS subject FROM operations ORDER BY number');
  return { numbers: rows.map(({ number }) => Number(number)), newest: String(rows.at(-1)?.subject) };
}

/** Calls `handle` for the n-th statement (from 0) of the first transaction that begins from now on, once. */
export function atStatement(
  n: number,
  handle: (statement: Statement) => void | Promise<void>,
): (statement: Statement) => void | Promise<void> {
  let thread: number | null = null;
  let count = 0;
  return (statement) => {
    if (statement.sql === 'START TRANSACTION') thread ??= statement.threadId;
    if (thread === statement.threadId && count++ === n) return handle(statement);
    statement.forward();
  };
}
