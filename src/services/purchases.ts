import type { EntityManager } from 'typeorm';
import { VehicleStatus } from '../entities/enums';
import { Sale } from '../entities/sale';
import { Vehicle } from '../entities/vehicle';
import { type Cents, formatCents } from '../values/money';
import { notFound, Refusal } from './errors';
import { parseId } from './input';
import { readRow } from './rows';

/** What a new vehicle has in the columns that tell of the undoing of its purchase. */
export const NOT_CANCELLED = { counts: 1, cancelledAt: null, cancelledById: null, cancellationReason: null };

/** A vehicle that the pool has or had. @throws Refusal NOT_FOUND, also where its purchase was undone */
export async function findOwned(
  ledger: EntityManager,
  id: string,
  options: Parameters<typeof readRow>[3] = {},
): Promise<Vehicle> {
  const key = parseId(id);
  const vehicle = key === null ? null : await readRow(ledger, Vehicle, key, options);
  if (vehicle === null) throw notFound('vehicle', id);
  if (vehicle.status !== VehicleStatus.CANCELLED) return vehicle;
  throw new Refusal('NOT_FOUND', `Vehicle ${vehicle.id} is no longer the pool's: its purchase was undone.`);
}

/** Leaves the row, which counts nowhere from then on. @throws Refusal VEHICLE_ALREADY_SOLD for one that was ever sold */
export async function undoPurchase(
  ledger: EntityManager,
  vehicle: Vehicle,
  by: Pick<Vehicle, 'cancelledAt' | 'cancelledById' | 'cancellationReason'>,
): Promise<Vehicle> {
  if (await ledger.existsBy(Sale, { vehicleId: vehicle.id })) {
    const message = `Vehicle ${vehicle.id} was sold: only the purchase of a vehicle that was never sold can be undone.`;
    throw new Refusal('VEHICLE_ALREADY_SOLD', message);
  }
  const cancelled = { ...by, status: VehicleStatus.CANCELLED, counts: null };
  await ledger.update(Vehicle, { id: vehicle.id }, cancelled);
  return Object.assign(vehicle, cancelled);
}

/** For OVERDRAFT=off. @throws Refusal INSUFFICIENT_FUNDS where the pool has less available than that */
export async function checkFunds(ledger: EntityManager, cost: Cents): Promise<void> {
  const [row] = await ledger.query<Record<string, string>[]>(
    `SELECT (SELECT COALESCE(SUM(balance), 0) FROM users WHERE role IN ('OPERATOR', 'INVESTOR')) -
            (SELECT COALESCE(SUM(cost), 0) FROM vehicles WHERE status = 'FOR_SALE') AS available`,
  );
  const available = BigInt(row?.available ?? 0);
  if (cost <= available) return;
  throw new Refusal(
    'INSUFFICIENT_FUNDS',
    `The cost of ${formatCents(cost)} is more than the ${formatCents(available)} that the pool has available: OVERDRAFT is off.`,
  );
}
