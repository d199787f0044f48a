import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the check of the ledger found and an administrator knows and means. It is backed up with all else. */
export class Acknowledgements1764115200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const table = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
    await runner.query(`CREATE TABLE acknowledgements (
      id CHAR(8) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
      finding TEXT NOT NULL,
      reason VARCHAR(500) NOT NULL,
      actor VARCHAR(320) NOT NULL,
      at DATETIME(3) NOT NULL
    ) ${table}`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup to go back.'));
  }
}
