import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addIndexes } from './add-indexes';

/** The further filters and orders of lists have their indexes, as those of 0012 have. */
const INDEXES = [
  ['payments', 'payments_by_time', 'createdAt, id'],
  ['payments', 'payments_by_amount', 'amount, id'],
  ['vehicles', 'vehicles_by_cost', 'cost, id'],
  ['users', 'users_by_name', 'name, id'],
  ['users', 'users_by_disabled', 'disabledAt, id'],
  ['sales', 'sales_by_time', 'soldAt, id'],
  ['sales', 'sales_by_reversal', 'reversedAt, soldAt, id'],
  ['operations', 'operations_by_time', 'at, number'],
  ['operations', 'operations_by_kind', 'kind, number'],
] as const;

export class FiltersOfLists1796043600000 implements MigrationInterface {
  up(runner: QueryRunner): Promise<void> {
    return addIndexes(runner, INDEXES);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup to go back.'));
  }
}
