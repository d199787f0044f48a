import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Currency and commission rate belong to the pool, and to each sale the rate that it was booked with: a setting that
 * changed gave the same books another currency. The first start fills them in, since only it knows the settings.
 */
export class FactsOfThePool1764288000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    if (!(await runner.hasColumn('pool', 'currency'))) {
      await runner.query(`ALTER TABLE pool
        ADD COLUMN currency CHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
        ADD COLUMN commissionRate INT UNSIGNED NULL COMMENT 'ppm'`);
    }
    if (!(await runner.hasColumn('sales', 'commissionRate'))) {
      await runner.query("ALTER TABLE sales ADD COLUMN commissionRate INT UNSIGNED NULL COMMENT 'ppm'");
    }
    await runner.query(`CREATE TABLE IF NOT EXISTS commission_rates (
      id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
      rate INT UNSIGNED NOT NULL COMMENT 'ppm',
      setById INT UNSIGNED NULL,
      setAt DATETIME(3) NOT NULL,
      CONSTRAINT commission_rates_set_by FOREIGN KEY (setById) REFERENCES users (id)
        ON DELETE RESTRICT ON UPDATE RESTRICT
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup to go back.'));
  }
}
