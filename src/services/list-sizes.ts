import type { DataSource } from 'typeorm';

/** How many rows the lists without pages can hold in this pool. */
export interface Sizes {
  /** A commission, an income for each account, and the reversals of them all. */
  paymentsOfSale: number;
  /** The most sales of one vehicle, reversed ones included. */
  salesOfVehicle: number;
}

/** Pools grow slowly. */
const KEPT_MS = 60_000;
/** Before the first answer of the database, and where it has none. */
const CAUTIOUS: Sizes = { paymentsOfSale: 10_000, salesOfVehicle: 10 };

/** Tells what a list without pages may cost before it is read. */
export class ListSizes {
  private sizes = CAUTIOUS;
  private readAt = -Infinity;
  private reading: Promise<void> | null = null;

  constructor(private readonly dataSource: DataSource) {}

  /** Waits for the database at the first call alone: a table that is locked must hold up no other request. Never throws. */
  async now(): Promise<Sizes> {
    const isFirst = this.readAt === -Infinity;
    if (performance.now() - this.readAt >= KEPT_MS) this.reading ??= this.readAgain();
    if (isFirst) await this.reading;
    return this.sizes;
  }

  private async readAgain(): Promise<void> {
    // Where the database does not answer, the request fails by itself.
    this.sizes = await this.read().catch(() => this.sizes);
    this.readAt = performance.now();
    this.reading = null;
  }

  private async read(): Promise<Sizes> {
    const [row] = await this.dataSource.query<Record<string, string | number>[]>(`
      SELECT (SELECT COUNT(*) FROM users) AS accounts,
             (SELECT COALESCE(MAX(n), 0) FROM (SELECT COUNT(*) AS n FROM sales GROUP BY vehicleId) s) AS sales`);
    return { paymentsOfSale: 2 * Number(row?.accounts), salesOfVehicle: Math.max(1, Number(row?.sales)) };
  }
}
