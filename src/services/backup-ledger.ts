/**
 * What backups ask of the ledger: the newest operation, whether operations are in a database, and the audit. Plain
 * SQL over whatever connection is handed in: the live database or a restored copy. It matches the backup's `Ledger`
 * by shape; neither folder imports the other.
 */
import { audit } from './audit';

type Query = (sql: string, parameters?: readonly unknown[]) => Promise<Record<string, unknown>[]>;

interface Mark {
  number: number;
  uid: string | null;
}

export const backupLedger = {
  async newestOperation(query: Query): Promise<Mark> {
    const [row] = await query('SELECT number, uid FROM operations ORDER BY number DESC LIMIT 1');
    return row === undefined ? { number: 0, uid: null } : { number: Number(row.number), uid: String(row.uid) };
  },

  async existing(query: Query, marks: readonly Mark[]): Promise<Set<string>> {
    const numbers = new Map(marks.flatMap(({ number, uid }) => (uid === null ? [] : [[uid, number] as const])));
    if (numbers.size === 0) return new Set();
    const rows = await query('SELECT number, uid FROM operations WHERE uid IN (?)', [[...numbers.keys()]]);
    return new Set(rows.map(({ uid }) => String(uid)).filter((uid, i) => numbers.get(uid) === Number(rows[i]?.number)));
  },

  audit,

  async schemaVersion(query: Query): Promise<string> {
    const [row] = await query('SELECT name FROM migrations ORDER BY id DESC LIMIT 1');
    return row === undefined ? 'none' : String(row.name);
  },
};
