import DataLoader from 'dataloader';
import type { BackupDesk, BackupView } from '../backup/desk';
import type { Contribution } from '../entities/contribution';
import type { Payment } from '../entities/payment';
import type { Sale } from '../entities/sale';
import type { User } from '../entities/user';
import type { Vehicle } from '../entities/vehicle';
import type { Services } from '../services';
import type { Page, PageRequest } from '../services/page';
import type { PaymentFilter } from '../services/payment-service';

/** One statement for all rows of a kind that a request's nested fields ask for, whatever their number. */
export interface Loaders {
  user: DataLoader<number, User>;
  vehicle: DataLoader<number, Vehicle>;
  sale: DataLoader<number, Sale>;
  payment: DataLoader<number, Payment>;
  salesOfVehicle: DataLoader<number, Sale[]>;
  paymentsOfSale: DataLoader<number, Payment[]>;
  paymentsOfUser(userId: number, filter: PaymentFilter, page: PageRequest): Promise<Page<Payment>>;
  contributionsOfUser(userId: number, page: PageRequest): Promise<Page<Contribution>>;
  /** The backups, newest first, read once a request. */
  backups(): Promise<BackupView[]>;
}

export function createLoaders(services: Services, backups: BackupDesk, viewer: User | null): Loaders {
  const { payments, users, vehicles } = services;
  const paymentPages = new Map<string, DataLoader<number, Page<Payment>>>();
  const contributionPages = new Map<string, DataLoader<number, Page<Contribution>>>();
  let backupList: Promise<BackupView[]> | undefined;
  return {
    user: byId((ids) => users.findByIds(ids)),
    vehicle: byId((ids) => vehicles.findByIds(ids)),
    sale: byId((ids) => vehicles.findSalesByIds(ids)),
    payment: byId((ids) => payments.findByIds(ids)),
    salesOfVehicle: groupedBy(
      (ids) => vehicles.salesOf(ids),
      ({ vehicleId }) => vehicleId,
    ),
    paymentsOfSale: groupedBy(
      (ids) => (viewer === null ? Promise.resolve([]) : vehicles.paymentsOfSales(viewer, ids)),
      ({ saleId }) => saleId,
    ),
    paymentsOfUser: (userId, filter, page) =>
      perArguments(paymentPages, [filter, page], (ids) => payments.listByUser(ids, filter, page)).load(userId),
    contributionsOfUser: (userId, page) =>
      perArguments(contributionPages, [page], (ids) => payments.contributionsByUser(ids, page)).load(userId),
    backups: () => (backupList ??= backups.list()),
  };
}

function byId<T extends { id: number }>(find: (ids: readonly number[]) => Promise<T[]>): DataLoader<number, T> {
  return new DataLoader(async (ids) => {
    const rows = new Map((await find(ids)).map((row) => [row.id, row]));
    return ids.map((id) => rows.get(id) ?? new Error(`Row ${id} is missing although another row points at it.`));
  });
}

function groupedBy<T>(
  find: (keys: readonly number[]) => Promise<T[]>,
  keyOf: (row: T) => number | null,
): DataLoader<number, T[]> {
  return new DataLoader(async (keys) => {
    const groups = new Map(keys.map((key) => [key, [] as T[]]));
    for (const row of await find(keys)) groups.get(keyOf(row) ?? NaN)?.push(row);
    return keys.map((key) => groups.get(key) ?? []);
  });
}

/** A field asked for twice with other arguments needs a statement each. */
function perArguments<T>(
  loaders: Map<string, DataLoader<number, T>>,
  argumentsOfField: unknown,
  find: (ids: readonly number[]) => Promise<T[]>,
): DataLoader<number, T> {
  const key = JSON.stringify(argumentsOfField);
  let loader = loaders.get(key);
  if (loader === undefined) {
    loader = new DataLoader(find);
    loaders.set(key, loader);
  }
  return loader;
}
