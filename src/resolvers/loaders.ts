import DataLoader from 'dataloader';
import type { BackupService } from '../backup/status/backup-service';
import type { BackupView } from '../backup/status/backup-view';
import type { Contribution } from '../entities/contribution';
import type { Payment } from '../entities/payment';
import type { Sale } from '../entities/sale';
import type { User } from '../entities/user';
import type { Vehicle } from '../entities/vehicle';
import type { Services } from '../services';
import type { PaymentFilter, TimeFilter } from '../services/filters';
import type { Asked } from '../services/list-service';
import type { PaymentOrder, TimeOrder } from '../services/orders';
import type { Page } from '../services/page';
import type { Period, Statement } from '../services/statement-service';

/**
 * Loads all rows of one kind that the nested fields of a request ask for by one statement. Each loader is made at its first
 * use: most requests need one or two, and making all would be a tenth of the memory that a short request allocates.
 */
export class Loaders {
  private users?: DataLoader<number, User>;
  private actors?: DataLoader<number, User | null>;
  private vehicles?: DataLoader<number, Vehicle>;
  private sales?: DataLoader<number, Sale>;
  private payments?: DataLoader<number, Payment>;
  private salesByVehicle?: DataLoader<number, Sale[]>;
  private paymentsBySale?: DataLoader<number, Payment[]>;
  private backupList?: Promise<BackupView[]>;
  private readonly paymentPages = new Map<string, DataLoader<number, Page<Payment>>>();
  private readonly salePaymentPages = new Map<string, DataLoader<number, Page<Payment>>>();
  private readonly statements = new Map<string, DataLoader<number, Statement>>();
  private readonly contributionPages = new Map<string, DataLoader<number, Page<Contribution>>>();

  /** @param viewer the account that asks; null: nobody is signed in */
  constructor(
    private readonly services: Services,
    private readonly backupService: BackupService,
    private readonly viewer: User | null,
  ) {}

  get user(): DataLoader<number, User> {
    return (this.users ??= byId((ids) => this.services.users.findByIds(ids)));
  }

  /** Those who changed something: no foreign key holds that their rows are still there. */
  get actor(): DataLoader<number, User | null> {
    return (this.actors ??= new DataLoader(async (ids) => {
      const rows = new Map((await this.services.users.findByIds(ids)).map((user) => [user.id, user]));
      return ids.map((id) => rows.get(id) ?? null);
    }));
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

  async paymentPageOfSale(saleId: number, asked: Asked<PaymentFilter, PaymentOrder>): Promise<Page<Payment>> {
    const { viewer } = this;
    // The rules let nobody in who is not signed in.
    if (viewer === null) throw new Error('Nobody is signed in.');
    const { lists } = this.services;
    const find = (ids: readonly number[]): Promise<Page<Payment>[]> => lists.paymentsOfSales(viewer, ids, asked);
    return perArguments(this.salePaymentPages, asked, find).load(saleId);
  }

  paymentsOfUser(userId: number, asked: Asked<PaymentFilter, PaymentOrder>): Promise<Page<Payment>> {
    const { lists } = this.services;
    return perArguments(this.paymentPages, asked, (ids) => lists.paymentsOfUsers(ids, asked)).load(userId);
  }

  contributionsOfUser(userId: number, asked: Asked<TimeFilter, TimeOrder>): Promise<Page<Contribution>> {
    const { lists } = this.services;
    return perArguments(this.contributionPages, asked, (ids) => lists.contributionsOfUsers(ids, asked)).load(userId);
  }

  /** @param mostLines null: its lines are not asked for, and not read */
  statementOfUser(userId: number, period: Period, mostLines: number | null): Promise<Statement> {
    const { statements } = this.services;
    const read = (ids: readonly number[]): Promise<Statement[]> => statements.ofUsers(ids, period, mostLines);
    return perArguments(this.statements, { ...period, mostLines }, read).load(userId);
  }

  /** The backups, newest first, read once a request. */
  backups(): Promise<BackupView[]> {
    return (this.backupList ??= this.backupService.list());
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

/** A field that a query asks for twice, with different arguments, needs one statement for each. */
function perArguments<T>(
  loaders: Map<string, DataLoader<number, T>>,
  argumentsOfField: unknown,
  find: (ids: readonly number[]) => Promise<T[]>,
): DataLoader<number, T> {
  const key = JSON.stringify(argumentsOfField, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  let loader = loaders.get(key);
  if (loader === undefined) {
    loader = new DataLoader(find);
    loaders.set(key, loader);
  }
  return loader;
}
