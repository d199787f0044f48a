/**
 * What backups ask of the ledger: the newest operation, whether operations are in a database, and the audit; and what
 * restores do: the journal of operations. Plain SQL over whatever connection is handed in: the live database or a
 * restored copy. It matches the backup's `Ledger` and `RestoreLedger` by shape; neither folder imports the other.
 */
import { sqlErrno } from '../database/errors';
import { audit } from './audit';

type Query = (sql: string, parameters?: readonly unknown[]) => Promise<Record<string, unknown>[]>;

interface Mark {
  number: number;
  uid: string | null;
}

interface Entry {
  number: number;
  uid: string;
  kind: string;
  actor: string;
  at: Date;
}

type DumpRow = Readonly<Record<string, string | null>>;

const ER_NO_SUCH_TABLE = 1146;

export const backupLedger = {
  async newestOperation(query: Query): Promise<Mark> {
    const newest = query('SELECT number, uid FROM operations ORDER BY number DESC LIMIT 1');
    const [row] = await newest.catch((error: unknown) => {
      if (sqlErrno(error) !== ER_NO_SUCH_TABLE) throw error;
      throw new Error(
        'the database holds no ledger: npm run db:restore -- --latest brings back what the backups hold, ' +
          'npm run db:migrate makes an empty one',
      );
    });
    return row === undefined ? { number: 0, uid: null } : { number: Number(row.number), uid: String(row.uid) };
  },

  async existing(query: Query, marks: readonly Mark[]): Promise<Set<string>> {
    const numbers = new Map(marks.flatMap(({ number, uid }) => (uid === null ? [] : [[uid, number] as const])));
    if (numbers.size === 0) return new Set();
    const rows = await query('SELECT number, uid FROM operations WHERE uid IN (?)', [[...numbers.keys()]]);
    return new Set(rows.map(({ uid }) => String(uid)).filter((uid, i) => numbers.get(uid) === Number(rows[i]?.number)));
  },

  async isWhole(query: Query): Promise<boolean> {
    const given = query(
      `SELECT lastOperation AS given, (SELECT COALESCE(MAX(number), 0) FROM operations) AS newest FROM pool WHERE id = 1`,
    );
    const [row] = await given.catch((error: unknown) => {
      if (sqlErrno(error) !== ER_NO_SUCH_TABLE) throw error;
      return [];
    });
    return row !== undefined && Number(row.given) === Number(row.newest);
  },

  audit,

  async schemaVersion(query: Query): Promise<string> {
    const [row] = await query('SELECT name FROM migrations ORDER BY id DESC LIMIT 1');
    return row === undefined ? 'none' : String(row.name);
  },

  async pool(query: Query): Promise<string | null> {
    // An older schema has no such column.
    const [row] = await query('SELECT * FROM pool WHERE id = 1');
    return typeof row?.uid === 'string' && row.uid !== '' ? row.uid : null;
  },

  async journal(query: Query, from: number, to: number): Promise<Entry[]> {
    const journal = 'FROM operations o WHERE o.number BETWEEN ? AND ? ORDER BY o.number';
    const named = journal.replace('WHERE', 'LEFT JOIN users u ON u.id = o.actorId WHERE');
    const rows = await query(`SELECT o.*, u.name, u.email ${named}`, [from, to]).catch(() =>
      // The accounts may be what was lost.
      query(`SELECT o.* ${journal}`, [from, to]),
    );
    return rows.map((row) => ({
      number: Number(row.number),
      uid: String(row.uid),
      kind: String(row.kind),
      actor: actorName(row.actorId, row.name, row.email),
      at: new Date(row.at as Date),
    }));
  },

  journalTable: { table: 'operations', number: 'number', uid: 'uid' },

  dumpedTables: ['operations', 'users', 'pool'],

  journalOf(tables: ReadonlyMap<string, readonly DumpRow[]>): Entry[] {
    const users = new Map((tables.get('users') ?? []).map((user) => [user.id, user]));
    const entries = (tables.get('operations') ?? []).map((row) => {
      const user = users.get(row.actorId);
      return {
        number: Number(row.number),
        uid: row.uid ?? '',
        kind: row.kind ?? '',
        actor: actorName(row.actorId, user?.name, user?.email),
        at: new Date(`${(row.at ?? '').replace(' ', 'T')}Z`),
      };
    });
    return entries.sort((a, b) => a.number - b.number);
  },

  isWholeIn(tables: ReadonlyMap<string, readonly DumpRow[]>): boolean {
    const numbers = new Set((tables.get('operations') ?? []).map(({ number }) => Number(number)));
    const given = Number(tables.get('pool')?.[0]?.lastOperation);
    return given === numbers.size && (given === 0 || numbers.has(given));
  },
};

function actorName(id: unknown, name: unknown, email: unknown): string {
  return typeof name === 'string' && typeof email === 'string' ? `${name} <${email}>` : `user ${String(id)}`;
}
