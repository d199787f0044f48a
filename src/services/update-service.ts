import type { DataSource, EntityManager } from 'typeorm';
import { PaymentStatus, Role } from '../entities/enums';
import { Payment } from '../entities/payment';
import { User } from '../entities/user';
import { Vehicle } from '../entities/vehicle';
import { type Cents, formatCents } from '../values/money';
import { isLastAdmin, lockAdmins } from './account-service';
import type { Values } from './change-row';
import type { Written } from './changes';
import { badInput, notFound, quote, Refusal } from './errors';
import { changeOnce } from './idempotency';
import {
  optionalAmount,
  optionalKey,
  optionalMileage,
  optionalModelYear,
  optionalVin,
  parseId,
  requiredLine,
} from './input';
import { findOwned } from './purchases';
import { duplicateKey } from './retry';
import { readRow, readRows, requireRow } from './rows';
import { NothingToDo } from './transaction';
import { normalizeEmail } from './user-service';

/** What is left out stays as it is; null clears. */
export interface UpdateVehicle {
  id: string;
  title?: string | null;
  vin?: string | null;
  year?: number | null;
  mileage?: number | null;
  plannedPrice?: Cents | null;
  idempotencyKey?: string | null;
}

/** What is left out stays as it is. */
export interface UpdateUser {
  id: string;
  name?: string | null;
  email?: string | null;
  role?: Role | null;
  idempotencyKey?: string | null;
}

type VehicleFacts = Pick<Vehicle, 'title' | 'vin' | 'year' | 'mileage' | 'plannedPrice'>;
type UserFacts = Pick<User, 'name' | 'email' | 'role'>;

/** Corrections that leave a trace: what a row was before and after stands in the journal of changes. */
export class UpdateService {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Corrects what is known of a vehicle, sold or not: nothing is computed from it. Never its cost, from which profits are
   * computed.
   * @throws Refusal BAD_USER_INPUT, NOT_FOUND, VIN_ALREADY_EXISTS, IDEMPOTENCY_KEY_REUSED, OUTCOME_UNKNOWN
   */
  async vehicle(actor: User, input: UpdateVehicle): Promise<Vehicle> {
    const { id, title, vin, year, mileage, plannedPrice } = input;
    const change: Partial<VehicleFacts> = {
      ...(title === undefined ? {} : { title: requiredLine('title', title ?? '', 200) }),
      ...(vin === undefined ? {} : { vin: optionalVin(vin) }),
      ...(year === undefined ? {} : { year: optionalModelYear(year) }),
      ...(mileage === undefined ? {} : { mileage: optionalMileage(mileage) }),
      ...(plannedPrice === undefined ? {} : { plannedPrice: optionalAmount('plannedPrice', plannedPrice) }),
    };
    return changeOnce(this.dataSource, actor, askedFor('updateVehicle', input, change), {
      find: (ledger, made) => requireRow(ledger, Vehicle, made),
      make: async (ledger) => {
        const vehicle = await findOwned(ledger, id, { lock: 'FOR UPDATE' });
        const changed = differing(vehicle, change);
        await updateUnique(ledger, Vehicle, vehicle.id, changed, {
          vehicles_vin: () =>
            new Refusal('VIN_ALREADY_EXISTS', `A vehicle with the VIN ${String(changed.vin)} exists already.`),
        });
        return corrected('vehicle', vehicle, changed);
      },
    });
  }

  /**
   * Corrects what is known of an account, and what it may do. A new role makes every older token of the account stop
   * working, as what it was signed in for is no more.
   * @throws Refusal BAD_USER_INPUT, NOT_FOUND, EMAIL_ALREADY_EXISTS, IDEMPOTENCY_KEY_REUSED, OUTCOME_UNKNOWN
   */
  async user(actor: User, input: UpdateUser): Promise<User> {
    const { id, name, email, role } = input;
    if (role === null) throw badInput('The role must be one of ADMIN, OPERATOR and INVESTOR.', 'role');
    const change: Partial<UserFacts> = {
      ...(name === undefined ? {} : { name: requiredLine('name', name ?? '', 200) }),
      ...(email === undefined ? {} : { email: normalizeEmail(email ?? '') }),
      ...(role === undefined ? {} : { role }),
    };
    return changeOnce(this.dataSource, actor, askedFor('updateUser', input, change), {
      // As all that decides whether an ADMIN is the last one.
      lockFirst: lockAdmins,
      find: (ledger, made) => requireRow(ledger, User, made),
      make: async (ledger) => {
        const key = parseId(id);
        const user = key === null ? null : await readRow(ledger, User, key, { lock: 'FOR UPDATE' });
        if (user === null) throw notFound('user', id);
        const changed = differing(user, change);
        if (changed.role !== undefined) await checkRole(ledger, user, changed.role);
        const revoked = changed.role === undefined ? {} : { tokenVersion: user.tokenVersion + 1 };
        await updateUnique(
          ledger,
          User,
          user.id,
          { ...changed, ...revoked },
          {
            users_email: () =>
              new Refusal(
                'EMAIL_ALREADY_EXISTS',
                `An account with the email ${quote(String(changed.email))} exists already.`,
              ),
          },
        );
        return corrected('user', Object.assign(user, revoked), changed);
      },
    });
  }
}

/** A value that is left out is not the same as null, and a key must tell them apart. */
function askedFor(
  mutation: string,
  { id, idempotencyKey }: { id: string; idempotencyKey?: string | null },
  change: Readonly<Record<string, string | number | bigint | null | undefined>>,
): Parameters<typeof changeOnce>[2] {
  const given = Object.keys(change).sort().join();
  return { mutation, key: optionalKey(idempotencyKey), input: { ...change, id: parseId(id), given } };
}

/** What would really change. @throws NothingToDo with the row where nothing would: then the journal has nothing to tell */
function differing<T extends object, Facts extends Partial<T>>(row: T, change: Facts): Facts {
  const changed = Object.entries(change).filter(([name, value]) => row[name as keyof T] !== value);
  if (changed.length === 0) throw new NothingToDo(row);
  return Object.fromEntries(changed) as Facts;
}

async function updateUnique(
  ledger: EntityManager,
  entity: typeof User | typeof Vehicle,
  id: number,
  change: object,
  taken: Readonly<Record<string, () => Refusal>>,
): Promise<void> {
  try {
    await ledger.update(entity, { id }, change);
  } catch (error) {
    const refusal = taken[duplicateKey(error) ?? ''];
    throw refusal === undefined ? error : refusal();
  }
}

function corrected<T extends { id: number }>(subject: 'user' | 'vehicle', row: T, changed: object): Written<T> {
  const valuesOf = (of: object): Values =>
    Object.fromEntries(Object.keys(changed).map((name) => [name, told((of as Record<string, unknown>)[name])]));
  const before = valuesOf(row);
  return { result: Object.assign(row, changed), changed: { subject, id: row.id, before, after: valuesOf(changed) } };
}

const told = (value: unknown): string | number | null =>
  typeof value === 'bigint' ? formatCents(value) : ((value ?? null) as string | number | null);

/** @throws Refusal BAD_USER_INPUT where the account may not get that role */
async function checkRole(ledger: EntityManager, user: User, role: Role): Promise<void> {
  if (user.role === Role.COMPANY || role === Role.COMPANY) {
    throw badInput('There is one COMPANY account, and it stays that one.', 'role');
  }
  if (user.role === Role.ADMIN && (await isLastAdmin(ledger, user))) {
    throw badInput(`User ${user.id} is the last ADMIN who can sign in: make another one first.`, 'role');
  }
  if (role !== Role.ADMIN) return;
  // An ADMIN holds nothing: each confirmation would go on giving this one a share.
  if (user.memberSince !== null) {
    throw badInput(`User ${user.id} has held capital: an ADMIN holds none, so make a further account.`, 'role');
  }
  // Of this very moment: who asks for a payment holds the row of the account, as we do.
  const pending = await readRows(ledger, Payment, {
    where: [
      ['t.userId = ?', user.id],
      ['t.status = ?', PaymentStatus.PENDING],
    ],
    limit: 1,
    lock: 'LOCK IN SHARE MODE',
  });
  if (pending.length > 0) {
    throw badInput(`User ${user.id} has a PENDING payment, and an ADMIN holds no capital: reject it first.`, 'role');
  }
}
