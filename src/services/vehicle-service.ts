import type { DataSource, EntityManager } from 'typeorm';
import { OperationKind, VehicleStatus } from '../entities/enums';
import { Payment } from '../entities/payment';
import { Sale } from '../entities/sale';
import type { User } from '../entities/user';
import { Vehicle } from '../entities/vehicle';
import type { Cents } from '../values/money';
import type { Ppm } from '../values/percentage';
import { badInput, Refusal } from './errors';
import {
  optionalAmount,
  optionalKey,
  optionalMileage,
  optionalModelYear,
  optionalNote,
  optionalPastTime,
  optionalVin,
  parseId,
  positiveAmount,
  requiredLine,
} from './input';
import { bookProfit, commissionOf, type MemberPreview, previewProfit, reverseProfit } from './ledger';
import type { OperationRunner } from './operations';
import { factsOf } from './pool-facts';
import { checkFunds, findOwned, NOT_CANCELLED, undoPurchase } from './purchases';
import { duplicateKey } from './retry';
import { isStaff } from './roles';
import { readRow, readRows, requireRow } from './rows';
import { inSnapshot } from './transaction';

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
  idempotencyKey?: string | null;
}

export interface UnsellVehicle {
  vehicleId: string;
  reason?: string | null;
  idempotencyKey?: string | null;
}

export type UnbuyVehicle = UnsellVehicle;

const DAY_MS = 86_400_000;

/** Buying and selling vehicles, the undoing of both, and looking them up. */
export class VehicleService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly operations: OperationRunner,
    private readonly rules: { overdraft: boolean } = { overdraft: true },
  ) {}

  /**
   * Buys a vehicle; the same idempotency key from the same account returns the vehicle that it bought the first time.
   * @throws Refusal BAD_USER_INPUT, VIN_ALREADY_EXISTS; INSUFFICIENT_FUNDS with OVERDRAFT=off
   */
  async buy(actor: User, input: BuyVehicle): Promise<Vehicle> {
    const now = new Date();
    const boughtAt = optionalPastTime('boughtAt', input.boughtAt, now);
    const vehicle = {
      title: requiredLine('title', input.title, 200),
      vin: optionalVin(input.vin),
      year: optionalModelYear(input.year),
      mileage: optionalMileage(input.mileage),
      cost: positiveAmount('cost', input.cost),
      plannedPrice: optionalAmount('plannedPrice', input.plannedPrice),
    };
    const asked = { mutation: 'buyVehicle', key: optionalKey(input.idempotencyKey), input: { ...vehicle, boughtAt } };
    return this.operations.run(OperationKind.BUY_VEHICLE, actor, {
      asked,
      find: existingVehicle,
      book: async (ledger, at) => {
        if (!this.rules.overdraft) await checkFunds(ledger, vehicle.cost);
        const state = { status: VehicleStatus.FOR_SALE, boughtAt: boughtAt ?? at, boughtById: actor.id };
        const bought = ledger.create(Vehicle, { ...vehicle, ...state, ...NOT_CANCELLED });
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
    const { vehicleId, idempotencyKey } = input;
    return this.operations.run(OperationKind.SELL_VEHICLE, actor, {
      asked: {
        mutation: 'sellVehicle',
        key: optionalKey(idempotencyKey),
        input: { vehicleId, price, soldAt: given },
      },
      find: existingVehicle,
      book: async (ledger, at) => {
        const { vehicle, soldAt, ...amounts } = await prepareSale(ledger, { vehicleId, price, soldAt: given }, at);
        const { profit, commission } = amounts;
        const sale = ledger.create(Sale, {
          vehicleId: vehicle.id,
          price,
          ...amounts,
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
   * What `sell` would book now, from one moment's rows; nothing is changed and no row is locked.
   * @throws Refusal BAD_USER_INPUT, NOT_FOUND, VEHICLE_ALREADY_SOLD
   */
  async previewSale(vehicleId: string, price: Cents): Promise<SalePreview> {
    positiveAmount('price', price);
    return inSnapshot(this.dataSource, async (ledger) => {
      const { profit, commission } = await prepareSale(ledger, { vehicleId, price, soldAt: null }, new Date());
      const members = profit > 0n ? await previewProfit(ledger, profit - commission) : [];
      return { profit, commission, distributed: members.reduce((sum, { amount }) => sum + amount, 0n), members };
    });
  }

  /**
   * Undoes the sale in force to the cent: what was paid is taken back, whatever the shares are today.
   * @throws Refusal BAD_USER_INPUT, NOT_FOUND, VEHICLE_NOT_SOLD
   */
  async unsell(actor: User, input: UnsellVehicle): Promise<Vehicle> {
    const reversalReason = optionalNote('reason', input.reason);
    const { vehicleId, idempotencyKey } = input;
    return this.operations.run(OperationKind.UNSELL_VEHICLE, actor, {
      asked: { mutation: 'unsellVehicle', key: optionalKey(idempotencyKey), input: { vehicleId, reversalReason } },
      find: existingVehicle,
      book: async (ledger, at) => {
        const vehicle = await findOwned(ledger, vehicleId);
        const sale = await ledger
          .createQueryBuilder(Sale, 'sale')
          .where('sale.vehicleId = :id AND sale.reversedAt IS NULL', vehicle)
          .getOne();
        if (vehicle.status !== VehicleStatus.SOLD || sale === null) {
          throw new Refusal('VEHICLE_NOT_SOLD', `Vehicle ${vehicle.id} is not sold: there is no sale to undo.`);
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

  /**
   * Undoes the purchase of a vehicle that was never sold. Its row stays, and counts nowhere; its VIN may be bought again.
   * @throws Refusal BAD_USER_INPUT, NOT_FOUND, VEHICLE_ALREADY_SOLD
   */
  async unbuy(actor: User, input: UnbuyVehicle): Promise<Vehicle> {
    const cancellationReason = optionalNote('reason', input.reason);
    const { vehicleId, idempotencyKey } = input;
    return this.operations.run(OperationKind.UNBUY_VEHICLE, actor, {
      asked: { mutation: 'unbuyVehicle', key: optionalKey(idempotencyKey), input: { vehicleId, cancellationReason } },
      find: existingVehicle,
      book: async (ledger, at) => {
        const vehicle = await findOwned(ledger, vehicleId);
        const by = { cancelledAt: at, cancelledById: actor.id, cancellationReason };
        return { result: await undoPurchase(ledger, vehicle, by), subject: { vehicleId: vehicle.id } };
      },
    });
  }

  async find(id: string): Promise<Vehicle | null> {
    const key = parseId(id);
    return key === null ? null : readRow(this.dataSource.manager, Vehicle, key);
  }

  findByIds(ids: readonly number[]): Promise<Vehicle[]> {
    return readRows(this.dataSource.manager, Vehicle, { where: [['id IN (?)', ids]] });
  }

  async findSale(id: string): Promise<Sale | null> {
    const key = parseId(id);
    return key === null ? null : readRow(this.dataSource.manager, Sale, key);
  }

  /** Every sale of those vehicles, reversed ones included, newest first. */
  salesOf(vehicleIds: readonly number[]): Promise<Sale[]> {
    return readRows(this.dataSource.manager, Sale, { where: [['vehicleId IN (?)', vehicleIds]], orderBy: 'id DESC' });
  }

  findSalesByIds(ids: readonly number[]): Promise<Sale[]> {
    return readRows(this.dataSource.manager, Sale, { where: [['id IN (?)', ids]] });
  }

  /** What those sales paid, in the order of booking; to an INVESTOR or COMPANY the own payments only. */
  paymentsOfSales(viewer: User, saleIds: readonly number[]): Promise<Payment[]> {
    return readRows(this.dataSource.manager, Payment, {
      where: [['saleId IN (?)', saleIds], ...(isStaff(viewer) ? [] : [['userId = ?', viewer.id] as const])],
      orderBy: 'id',
    });
  }
}

export interface SalePreview {
  profit: Cents;
  commission: Cents;
  distributed: Cents;
  members: MemberPreview[];
}

interface PreparedSale {
  vehicle: Vehicle;
  soldAt: Date;
  profit: Cents;
  commission: Cents;
  commissionRate: Ppm;
}

/** What a sale at that moment comes to, by the rate in force. @throws Refusal NOT_FOUND, VEHICLE_ALREADY_SOLD, BAD_USER_INPUT */
async function prepareSale(
  ledger: EntityManager,
  asked: { vehicleId: string; price: Cents; soldAt: Date | null },
  at: Date,
): Promise<PreparedSale> {
  const vehicle = await findOwned(ledger, asked.vehicleId);
  if (vehicle.status === VehicleStatus.SOLD) {
    throw new Refusal('VEHICLE_ALREADY_SOLD', `Vehicle ${vehicle.id} is sold already: unsell it first.`);
  }
  const soldAt = asked.soldAt ?? latest(at, vehicle.boughtAt);
  if (soldAt < vehicle.boughtAt) {
    const bought = vehicle.boughtAt.toISOString();
    throw badInput(`The soldAt must not be earlier than the purchase on ${bought}.`, 'soldAt');
  }
  const profit = asked.price - vehicle.cost;
  const { commissionRate } = await factsOf(ledger);
  return { vehicle, soldAt, profit, commission: commissionOf(profit, commissionRate), commissionRate };
}

const existingVehicle = (ledger: EntityManager, id: number): Promise<Vehicle> => requireRow(ledger, Vehicle, id);

function latest(a: Date, b: Date): Date {
  return a > b ? a : b;
}

async function insertVehicle(ledger: EntityManager, vehicle: Vehicle): Promise<void> {
  try {
    // Without reading it back, which TypeORM does where a column has a default.
    const inserted = await ledger
      .createQueryBuilder()
      .insert()
      .into(Vehicle)
      .values(vehicle)
      .updateEntity(false)
      .execute();
    vehicle.id = (inserted.raw as { insertId: number }).insertId;
  } catch (error) {
    if (duplicateKey(error) !== 'vehicles_vin') throw error;
    throw new Refusal('VIN_ALREADY_EXISTS', `A vehicle with the VIN ${String(vehicle.vin)} exists already.`);
  }
}
