import { randomUUID } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Gives the pool a uid, which tells its backups and copies from those of another pool. */
export class PoolUid1764028800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const exact = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
    await runner.query(`ALTER TABLE pool ADD COLUMN uid CHAR(36) ${exact} NOT NULL DEFAULT ''`);
    await runner.query("UPDATE pool SET uid = ? WHERE uid = ''", [randomUUID()]);
    await runner.query(`ALTER TABLE pool MODIFY COLUMN uid CHAR(36) ${exact} NOT NULL`);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup to go back.'));
  }
}
