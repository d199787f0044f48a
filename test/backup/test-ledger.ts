import type { Ledger } from '../../src/backup/core/ledger';

/** A ledger of the smallest kind: every operation has exactly one row of payload, and there is no other change. */
export const testLedger: Ledger = {
  async newestOperation(query) {
    const [row] = await query('SELECT number, uid FROM operations ORDER BY number DESC LIMIT 1');
    return row === undefined ? { number: 0, uid: null } : { number: Number(row.number), uid: String(row.uid) };
  },
  async existing(query, marks) {
    const pairs = marks.filter(({ uid }) => uid !== null).map(({ number, uid }) => [number, uid]);
    if (pairs.length === 0) return new Set();
    const rows = await query('SELECT uid FROM operations WHERE (number, uid) IN (?)', [pairs]);
    return new Set(rows.map(({ uid }) => String(uid)));
  },
  newestChange: (query) => testLedger.newestOperation(query),
  existingChanges: (query, marks) => testLedger.existing(query, marks),
  changesBeyond: () => Promise.resolve(null),
  isWhole: () => Promise.resolve(true),
  async check(query) {
    const rows = await query(
      'SELECT number FROM operations LEFT JOIN payload ON operation = number GROUP BY number HAVING COUNT(operation) <> 1',
    );
    return rows.slice(0, 1).map(({ number }) => `operation ${String(number)} has not exactly one payload`);
  },
  schemaVersion: () => Promise.resolve('test-1'),
  pool: () => Promise.resolve('test-pool'),
  journalTable: { table: 'operations', number: 'number', uid: 'uid' },
};
