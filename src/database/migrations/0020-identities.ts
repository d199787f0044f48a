import { randomUUID } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';

type Row = Record<string, unknown>;

const EXACT = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
/** Accounts of one UPDATE. */
const AT_ONCE = 1_000;

/**
 * Gives each account a uid, which is never given out again as its number may be after a restore, and the pool an epoch, which
 * every restore renews. Tokens name both: those of before are void.
 */
export class Identities1796050800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    if (!(await runner.hasColumn('users', 'uid'))) {
      await runner.query(`ALTER TABLE users ADD COLUMN uid CHAR(36) ${EXACT} NULL, ADD UNIQUE INDEX users_uid (uid)`);
    }
    for (;;) {
      const rows = (await runner.query(`SELECT id FROM users WHERE uid IS NULL LIMIT ${AT_ONCE}`)) as Row[];
      if (rows.length === 0) break;
      const uids = rows.map(() => 'SELECT ? AS id, ? AS uid').join(' UNION ALL ');
      await runner.query(
        `UPDATE users u JOIN (${uids}) m ON m.id = u.id SET u.uid = m.uid`,
        rows.flatMap(({ id }) => [id, randomUUID()]),
      );
    }
    if (!(await runner.hasColumn('pool', 'epoch'))) {
      await runner.query(`ALTER TABLE pool ADD COLUMN epoch CHAR(36) ${EXACT} NULL`);
    }
    await runner.query('UPDATE pool SET epoch = ? WHERE epoch IS NULL', [randomUUID()]);
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup to go back.'));
  }
}
