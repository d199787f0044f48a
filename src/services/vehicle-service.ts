import type { DataSource, EntityManager } from 'typeorm';
import { OperationKind, VehicleStatus } from '../entities/enums';
import { Payment } from '../entities/payment';
import { Sale } from '../entities/sale';
import type { User } from '../entities/user';
import { Vehicle } from '../entities/vehicle';
import type { Cents } from '../values/money';
import type { Ppm } from '../values/percentage';
import { badInput, notFound, Refusal } from './errors';
import {
  optionalKey,
  optionalNote,
  optionalPastTime,
  optionalVin,
  optionalWholeNumber,
  parseId,
  positiveAmount,
  requiredLine,
} from './input';
import { bookProfit, commissionOf, reverseProfit } from './ledger';
import type { OperationRunner } from './operations';
import { checkFirst, type Page, pageOf, type PageRequest, readCursor } from './page';
import { duplicateKey } from './retry';
import { isStaff } from './roles';
import { countRows, readRow, readRows } from './rows';

export interface BuyVehicle {
  title: string;
  vin?: string | null;
  year?: number | null;
  mileage?: number | null;
  cost: Cents;
  plannedPrice?: Cents | null;
  boughtAt?: Date | null;
  idempotencyKey?: string | null;
}

export interface SellVehicle {
  vehicleId: string;
  price: Cents;
  soldAt?: Date | null;
}

export interface UnsellVehicle {
  vehicleId: string;
  reason?: string | null;
}

export interface VehicleFilter {
  status?: VehicleStatus | null;
  search?: string | null;
}

const FIRST_MODEL_YEAR = 1885;
const MAX_MILEAGE_KM = 10_000_000;
const DAY_MS = 86_400_000;
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Buying, selling and unselling vehicles, and looking them up. */
export class VehicleService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly operations: OperationRunner,
    private readonly commissionRate: Ppm,
  ) {}

  /**
   * Buys a vehicle; the same idempotency key from the same account returns the vehicle that it bought the first time.
   * @throws Refusal BAD_USER_INPUT, VIN_ALREADY_EXISTS
   */
  async buy(actor: User, input: BuyVehicle): Promise<Vehicle> {
    const now = new Date();
    const boughtAt = optionalPastTime('boughtAt', input.boughtAt, now);
    const vehicle = {
      title: requiredLine('title', input.title, 200),
      vin: optionalVin(input.vin),
      year: optionalWholeNumber('year', input.year, FIRST_MODEL_YEAR, now.getUTCFullYear() + 1),
      mileage: optionalWholeNumber('mileage', input.mileage, 0, MAX_MILEAGE_KM),
      cost: positiveAmount('cost', input.cost),
      plannedPrice: optionalAmount('plannedPrice', input.plannedPrice),
      idempotencyKey: optionalKey(input.idempotencyKey),
      status: VehicleStatus.FOR_SALE,
      boughtById: actor.id,
    };
    return this.operations.run(OperationKind.BUY_VEHICLE, actor, {
      alreadyDone: async (ledger) =>
        vehicle.idempotencyKey === null
          ? null
          : ledger.findOneBy(Vehicle, { boughtById: actor.id, idempotencyKey: vehicle.idempotencyKey }),
      book: async (ledger, at) => {
        const bought = ledger.create(Vehicle, { ...vehicle, boughtAt: boughtAt ?? at });
        await insertVehicle(ledger, bought);
        return { result: bought, subject: { vehicleId: bought.id } };
      },
    });
  }

  /**
   * Sells a vehicle: a profit goes to the company and to the members by the shares in force.
   * @throws Refusal BAD_USER_INPUT, NOT_FOUND, VEHICLE_ALREADY_SOLD
   */
  async sell(actor: User, input: SellVehicle): Promise<Vehicle> {
    const price = positiveAmount('price', input.price);
    const given = optionalPastTime('soldAt', input.soldAt, new Date());
    return this.operations.run(OperationKind.SELL_VEHICLE, actor, {
      book: async (ledger, at) => {
        const vehicle = await findVehicle(ledger, input.vehicleId);
        if (vehicle.status === VehicleStatus.SOLD) {
          throw new Refusal('VEHICLE_ALREADY_SOLD', `Vehicle ${vehicle.id} is sold already: unsell it first.`);
        }
        const soldAt = given ?? latest(at, vehicle.boughtAt);
        if (soldAt < vehicle.boughtAt) {
          throw badInput(`The soldAt must not be before the purchase on ${vehicle.boughtAt.toISOString()}.`);
        }
        const profit = price - vehicle.cost;
        const commission = commissionOf(profit, this.commissionRate);
        const sale = ledger.create(Sale, {
          vehicleId: vehicle.id,
          price,
          profit,
          commission,
          distributed: 0n,
          soldAt,
          soldById: actor.id,
          daysHeld: Math.floor((soldAt.getTime() - vehicle.boughtAt.getTime()) / DAY_MS),
        });
        await ledger.insert(Sale, sale);
        if (profit > 0n) {
          sale.distributed = await bookProfit(ledger, sale.id, profit, commission, { actorId: actor.id, at });
        }
        await ledger.query(
          `UPDATE sales s JOIN vehicles v ON v.id = s.vehicleId SET s.distributed = ?, v.status = 'SOLD' WHERE s.id = ?`,
          [sale.distributed.toString(), sale.id],
        );
        return {
          result: Object.assign(vehicle, { status: VehicleStatus.SOLD }),
          subject: { vehicleId: vehicle.id, saleId: sale.id },
        };
      },
    });
  }

  /**
   * Undoes the sale in force to the cent: what was paid is taken back, whatever the shares are today.
   * @throws Refusal BAD_USER_INPUT, NOT_FOUND, VEHICLE_NOT_SOLD
   */
  async unsell(actor: User, input: UnsellVehicle): Promise<Vehicle> {
    const reversalReason = optionalNote('reason', input.reason);
    return this.operations.run(OperationKind.UNSELL_VEHICLE, actor, {
      book: async (ledger, at) => {
        const vehicle = await findVehicle(ledger, input.vehicleId);
        const sale = await ledger
          .createQueryBuilder(Sale, 'sale')
          .where('sale.vehicleId = :id AND sale.reversedAt IS NULL', vehicle)
          .getOne();
        if (vehicle.status !== VehicleStatus.SOLD || sale === null) {
          throw new Refusal('VEHICLE_NOT_SOLD', `Vehicle ${vehicle.id} is for sale: there is no sale to undo.`);
        }
        await reverseProfit(ledger, sale.id, { actorId: actor.id, at });
        await ledger.query(
          `UPDATE sales s JOIN vehicles v ON v.id = s.vehicleId
           SET s.reversedAt = ?, s.reversedById = ?, s.reversalReason = ?, v.status = 'FOR_SALE' WHERE s.id = ?`,
          [at, actor.id, reversalReason, sale.id],
        );
        return {
          result: Object.assign(vehicle, { status: VehicleStatus.FOR_SALE }),
          subject: { vehicleId: vehicle.id, saleId: sale.id },
        };
      },
    });
  }

  async find(id: string): Promise<Vehicle | null> {
    const key = parseId(id);
    return key === null ? null : readRow(this.dataSource.manager, Vehicle, key);
  }

  findByIds(ids: readonly number[]): Promise<Vehicle[]> {
    return readRows(this.dataSource.manager, Vehicle, { where: ['id IN (?)'], parameters: [ids] });
  }

  /** Newest purchase first. @throws Refusal BAD_USER_INPUT */
  async list(filter: VehicleFilter, page: PageRequest): Promise<Page<Vehicle>> {
    const first = checkFirst(page.first);
    const cursor = readCursor(page.after, 2);
    const { manager } = this.dataSource;
    const all = { where: [] as string[], parameters: [] as unknown[] };
    if (filter.status) {
      all.where.push('status = ?');
      all.parameters.push(filter.status);
    }
    if (filter.search) {
      const pattern = `%${filter.search.replace(/[\\%_]/g, '\\$&')}%`;
      all.where.push('(title LIKE ? OR vin LIKE ?)');
      all.parameters.push(pattern, pattern);
    }
    const wanted = { where: [...all.where], parameters: [...all.parameters] };
    if (cursor !== null) {
      // A made-up time beyond what DATETIME holds pages from its end.
      const time = new Date(Math.min(Number(cursor[0]), LATEST_MS));
      wanted.where.push('(boughtAt < ? OR (boughtAt = ? AND id < ?))');
      wanted.parameters.push(time, time, cursor[1]);
    }
    const rows = await readRows(manager, Vehicle, { ...wanted, orderBy: 'boughtAt DESC, id DESC', limit: first + 1 });
    return pageOf(
      rows,
      first,
      ({ boughtAt, id }) => [boughtAt.getTime(), id],
      () => countRows(manager, Vehicle, all),
    );
  }

  /** Every sale of those vehicles, reversed ones included, newest first. */
  salesOf(vehicleIds: readonly number[]): Promise<Sale[]> {
    const sales = { where: ['vehicleId IN (?)'], parameters: [vehicleIds], orderBy: 'id DESC' };
    return readRows(this.dataSource.manager, Sale, sales);
  }

  findSalesByIds(ids: readonly number[]): Promise<Sale[]> {
    return readRows(this.dataSource.manager, Sale, { where: ['id IN (?)'], parameters: [ids] });
  }

  /** What those sales paid, in the order of booking; to an INVESTOR or COMPANY the own payments only. */
  paymentsOfSales(viewer: User, saleIds: readonly number[]): Promise<Payment[]> {
    return readRows(this.dataSource.manager, Payment, {
      where: ['saleId IN (?)', ...(isStaff(viewer) ? [] : ['userId = ?'])],
      parameters: [saleIds, ...(isStaff(viewer) ? [] : [viewer.id])],
      orderBy: 'id',
    });
  }
}

function optionalAmount(field: string, amount: Cents | null | undefined): Cents | null {
  return amount === null || amount === undefined ? null : positiveAmount(field, amount);
}

function latest(a: Date, b: Date): Date {
  return a > b ? a : b;
}

async function findVehicle(ledger: EntityManager, id: string): Promise<Vehicle> {
  const key = parseId(id);
  const vehicle = key === null ? null : await readRow(ledger, Vehicle, key);
  if (vehicle === null) throw notFound('vehicle', id);
  return vehicle;
}

async function insertVehicle(ledger: EntityManager, vehicle: Vehicle): Promise<void> {
  try {
    await ledger.insert(Vehicle, vehicle);
  } catch (error) {
    if (duplicateKey(error) !== 'vehicles_vin') throw error;
    throw new Refusal('VIN_ALREADY_EXISTS', `A vehicle with the VIN ${String(vehicle.vin)} exists already.`);
  }
}
