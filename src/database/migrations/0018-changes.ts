import { createHash, randomUUID } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLE = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
const EXACT = 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';

/**
 * The journal of changes and its chain. Its first row says from which operation on it knows who did what, and vouches for
 * the rows.
 */
export class Changes1796040000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
    const [pool] = (await runner.query('SELECT lastOperation FROM pool')) as { lastOperation: number }[];
    const uid = randomUUID();
    const at = new Date().toISOString().slice(0, 23).replace('T', ' ');
    const details = JSON.stringify({ after: { lastOperation: Number(pool?.lastOperation) } });
    const text = (value: string): string => `${Buffer.byteLength(value)}:${value}`;
    const subject = `${text('pool')},${text('1')}`;
    const row = `1,${text(uid)},${text('db:migrate')},-,-,${text('Motorpool')},${subject},-,-,${at},${text(details)},-,-`;
    const hash = createHash('sha256')
      .update(`${'0'.repeat(64)},${row}`)
      .digest('hex');
    await runner.query(
      `INSERT INTO changes (number, uid, kind, actorName, subject, subjectId, at, details, hash)
       VALUES (1, ?, 'db:migrate', 'Motorpool', 'pool', '1', ?, ?, ?)`,
      [uid, at, details, hash],
    );
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup to go back.'));
  }
}

// Each may have been done by a try that was cut off: no server takes back what defines a table.
const STATEMENTS = [
  `CREATE TABLE IF NOT EXISTS changes (
    number INT UNSIGNED NOT NULL PRIMARY KEY,
    uid CHAR(36) ${EXACT} NOT NULL,
    kind VARCHAR(40) ${EXACT} NOT NULL,
    operation INT UNSIGNED NULL,
    actorId INT UNSIGNED NULL,
    actorName VARCHAR(200) NOT NULL,
    subject VARCHAR(20) ${EXACT} NULL,
    subjectId VARCHAR(64) ${EXACT} NULL,
    requestId VARCHAR(64) ${EXACT} NULL,
    address VARCHAR(64) ${EXACT} NULL,
    at DATETIME(3) NOT NULL,
    details TEXT NULL,
    state CHAR(64) ${EXACT} NULL,
    booked CHAR(64) ${EXACT} NULL,
    hash CHAR(64) ${EXACT} NOT NULL,
    UNIQUE INDEX changes_uid (uid),
    UNIQUE INDEX changes_operation (operation),
    INDEX changes_by_kind (kind, number),
    INDEX changes_by_actor (actorId, number),
    INDEX changes_by_subject (subject, subjectId, number),
    INDEX changes_by_time (at)
  ) ${TABLE}`,
  `CREATE TABLE IF NOT EXISTS change_counter (
    id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
    lastChange INT UNSIGNED NOT NULL,
    operationsBefore INT UNSIGNED NOT NULL
  ) ${TABLE}`,
  'DELETE FROM changes',
  'DELETE FROM change_counter',
  'INSERT INTO change_counter (id, lastChange, operationsBefore) SELECT 1, 1, lastOperation FROM pool',
];
