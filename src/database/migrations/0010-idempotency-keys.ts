import { createHash } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';

type Row = Record<string, unknown>;

const EXACT = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
/** Rows of one INSERT. */
const AT_ONCE = 1_000;

/**
 * One place for the keys of all mutations, with what was asked for: until now a key of another request was answered with
 * the row of the first. What an old request asked for is read from the row that it made. Whether a purchase gave its time
 * is not known any more: such a key is refused where it comes with one.
 */
export class IdempotencyKeys1764201600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE IF NOT EXISTS idempotency_keys (
      accountId INT UNSIGNED NOT NULL,
      idempotencyKey VARCHAR(200) ${EXACT} NOT NULL,
      mutation VARCHAR(40) ${EXACT} NOT NULL,
      fingerprint VARCHAR(255) ${EXACT} NOT NULL,
      resultId INT UNSIGNED NULL,
      createdAt DATETIME(3) NOT NULL,
      PRIMARY KEY (accountId, idempotencyKey),
      CONSTRAINT idempotency_keys_account FOREIGN KEY (accountId) REFERENCES users (id)
        ON DELETE RESTRICT ON UPDATE RESTRICT
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
    await carryOver(runner, 'vehicles', 'boughtById', 'buyVehicle', ({ boughtAt: _, ...row }) => ({
      title: row.title,
      vin: row.vin,
      year: row.year,
      mileage: row.mileage,
      cost: String(row.cost),
      plannedPrice: row.plannedPrice === null ? null : (row.plannedPrice as string | number).toString(),
      boughtAt: null,
    }));
    await carryOver(runner, 'payments', 'requestedById', 'requestPayment', ({ kind, amount, userId, note }) => ({
      kind,
      amount: String(amount).replace('-', ''),
      userId,
      note,
    }));
    await dropOldKeys(runner, 'vehicles', 'vehicles_bought_by', 'boughtById', 'vehicles_idempotency');
    await dropOldKeys(runner, 'payments', 'payments_requested_by', 'requestedById', 'payments_idempotency');
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup to go back.'));
  }
}

/** Page by page by id; a key that an interrupted run carried over already stays as it is. */
async function carryOver(
  runner: QueryRunner,
  table: string,
  account: string,
  mutation: string,
  inputOf: (row: Row) => Row,
): Promise<void> {
  if (!(await runner.hasColumn(table, 'idempotencyKey'))) return;
  for (let last = 0; ;) {
    const rows = (await runner.query(
      `SELECT * FROM ${table} WHERE idempotencyKey IS NOT NULL AND id > ? ORDER BY id LIMIT ${AT_ONCE}`,
      [last],
    )) as Row[];
    const newest = rows.at(-1);
    if (newest === undefined) return;
    last = Number(newest.id);
    const keys = rows.map((row) => {
      const fingerprint = fingerprintOf(mutation, inputOf(row));
      return [row[account], row.idempotencyKey, mutation, fingerprint, row.id, row.createdAt ?? row.boughtAt];
    });
    await runner.query(
      `INSERT IGNORE INTO idempotency_keys (accountId, idempotencyKey, mutation, fingerprint, resultId, createdAt) VALUES ?`,
      [keys],
    );
  }
}

/** As the services of this version make it. */
function fingerprintOf(mutation: string, input: Row): string {
  const entries = Object.entries(input).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([mutation, entries]))
    .digest('hex');
}

/** The foreign key needs an index of its own before the shared one goes. */
async function dropOldKeys(
  runner: QueryRunner,
  table: string,
  index: string,
  column: string,
  old: string,
): Promise<void> {
  if (!(await runner.hasColumn(table, 'idempotencyKey'))) return;
  await runner.query(
    `ALTER TABLE ${table} ADD INDEX ${index} (${column}), DROP INDEX ${old}, DROP COLUMN idempotencyKey`,
  );
}
