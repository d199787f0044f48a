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

/**
 * One statement for all rows of a kind that a request's nested fields ask for, whatever their number. Made where they are
 * asked for: most requests need one or two of them, and all would be a tenth of what a short request allocates.
 */
export class Loaders {
  private users?: DataLoader<number, User>;
  private vehicles?: DataLoader<number, Vehicle>;
  private sales?: DataLoader<number, Sale>;
  private payments?: DataLoader<number, Payment>;
  private salesByVehicle?: DataLoader<number, Sale[]>;
  private paymentsBySale?: DataLoader<number, Payment[]>;
  private backupList?: Promise<BackupView[]>;
  private readonly paymentPages = new Map<string, DataLoader<number, Page<Payment>>>();
  private readonly contributionPages = new Map<string, DataLoader<number, Page<Contribution>>>();

  /** @param viewer the account that asks; null: nobody is signed in */
  constructor(
    private readonly services: Services,
    private readonly desk: BackupDesk,
    private readonly viewer: User | null,
  ) {}

  get user(): DataLoader<number, User> {
    return (this.users ??= byId((ids) => this.services.users.findByIds(ids)));
  }

  get vehicle(): DataLoader<number, Vehicle> {
    return (this.vehicles ??= byId((ids) => this.services.vehicles.findByIds(ids)));
  }

  get sale(): DataLoader<number, Sale> {
    return (this.sales ??= byId((ids) => this.services.vehicles.findSalesByIds(ids)));
  }

  get payment(): DataLoader<number, Payment> {
    return (this.payments ??= byId((ids) => this.services.payments.findByIds(ids)));
  }

  get salesOfVehicle(): DataLoader<number, Sale[]> {
    return (this.salesByVehicle ??= groupedBy(
      (ids) => this.services.vehicles.salesOf(ids),
      ({ vehicleId }) => vehicleId,
    ));
  }

  get paymentsOfSale(): DataLoader<number, Payment[]> {
    const { viewer } = this;
    return (this.paymentsBySale ??= groupedBy(
      async (ids) => (viewer === null ? [] : this.services.vehicles.paymentsOfSales(viewer, ids)),
      ({ saleId }) => saleId,
    ));
  }

  paymentsOfUser(userId: number, filter: PaymentFilter, page: PageRequest): Promise<Page<Payment>> {
    const { payments } = this.services;
    return perArguments(this.paymentPages, [filter, page], (ids) => payments.listByUser(ids, filter, page)).load(
      userId,
    );
  }

  contributionsOfUser(userId: number, page: PageRequest): Promise<Page<Contribution>> {
    const { payments } = this.services;
    return perArguments(this.contributionPages, [page], (ids) => payments.contributionsByUser(ids, page)).load(userId);
  }

  /** The backups, newest first, read once a request. */
  backups(): Promise<BackupView[]> {
    return (this.backupList ??= this.desk.list());
  }
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
