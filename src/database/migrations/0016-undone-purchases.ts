import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The purchase of a vehicle that was never sold can be undone. Its row stays, and its VIN may be bought again: `counts`
 * is null there, and an index that is unique has any number of nulls.
 */
export class UndonePurchases1796047200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE operations MODIFY kind
      ENUM('BUY_VEHICLE', 'SELL_VEHICLE', 'UNSELL_VEHICLE', 'CONFIRM_PAYMENT', 'UNBUY_VEHICLE') NOT NULL`);
    if (await runner.hasColumn('vehicles', 'counts')) return;
    await runner.query(`ALTER TABLE vehicles
      MODIFY status ENUM('FOR_SALE', 'SOLD', 'CANCELLED') NOT NULL,
      ADD COLUMN counts TINYINT UNSIGNED NULL DEFAULT 1,
      ADD COLUMN cancelledAt DATETIME(3) NULL,
      ADD COLUMN cancelledById INT UNSIGNED NULL,
      ADD COLUMN cancellationReason VARCHAR(500) NULL,
      ADD CONSTRAINT vehicles_cancelled_by FOREIGN KEY (cancelledById) REFERENCES users (id)
        ON DELETE RESTRICT ON UPDATE RESTRICT,
      DROP INDEX vehicles_vin,
      ADD UNIQUE INDEX vehicles_vin (vin, counts)`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup to go back.'));
  }
}
