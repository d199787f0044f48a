import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An account can be disabled: its rows stay, and nobody signs in as it. */
export class DisabledAccounts1763942400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD COLUMN disabledAt DATETIME(3) NULL AFTER memberSince');
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup to go back.'));
  }
}
