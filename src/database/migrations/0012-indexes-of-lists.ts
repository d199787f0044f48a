import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addIndexes } from './add-indexes';

/** Each filter of a list has its index, in the order of the list: at 672 000 payments the pending ones took a second. */
const INDEXES = [
  ['payments', 'payments_by_status', 'status, id'],
  ['payments', 'payments_by_kind', 'kind, id'],
  ['payments', 'payments_by_status_and_kind', 'status, kind, id'],
  ['vehicles', 'vehicles_by_status', 'status, boughtAt, id'],
  ['users', 'users_by_role', 'role, id'],
] as const;

export class IndexesOfLists1764374400000 implements MigrationInterface {
  up(runner: QueryRunner): Promise<void> {
    return addIndexes(runner, INDEXES);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup to go back.'));
  }
}
