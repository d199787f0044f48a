import type { Query } from '../database/connection/query';
/**
 * What backups ask of the ledger: the newest operation, whether operations are in a database, the ledger check; and what
 * restores do: the journal of operations. Plain SQL over whatever connection is handed in: the live database or a
 * restored copy. It matches the backup's `Ledger` and `RestoreLedger` by shape; neither folder imports the other.
 */
import { ER_NO_SUCH_TABLE, sqlErrno, withoutTable } from '../database/connection/errors';
import { checkLedger } from './ledger-check';
import { accountsThatReturn, settleRestored } from './restored-accounts';

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

export const backupLedger = {
  newestOperation(query: Query): Promise<Mark> {
    return newestIn(query, 'operations').catch((error: unknown) => {
      if (sqlErrno(error) !== ER_NO_SUCH_TABLE) throw error;
      throw new Error(
        'the database holds no ledger: npm run db:restore -- --latest brings back what the backups hold, ' +
          'npm run db:migrate makes an empty one',
      );
    });
  },

  existing: (query: Query, marks: readonly Mark[]): Promise<Set<string>> => existingIn(query, 'operations', marks),

  async newestChange(query: Query): Promise<Mark & { hash?: string }> {
    const newest = query('SELECT number, uid, hash FROM changes ORDER BY number DESC LIMIT 1');
    const [row] = await newest.catch(withoutTable([]));
    if (row === undefined) return { number: 0, uid: null };
    return { number: Number(row.number), uid: String(row.uid), hash: String(row.hash) };
  },

  existingChanges(query: Query, marks: readonly Mark[]): Promise<Set<string>> {
    return existingIn(query, 'changes', marks).catch(withoutTable(new Set<string>()));
  },

  async changesBeyond(query: Query, number: number): Promise<{ first: Date; last: Date } | null> {
    const beyond = query('SELECT MIN(at) AS first, MAX(at) AS last FROM changes WHERE number > ?', [number]);
    const [row] = await beyond.catch(withoutTable([]));
    return row?.first == null ? null : { first: new Date(row.first as Date), last: new Date(row.last as Date) };
  },

  async operationsBetween(query: Query, from: Date, to: Date, most: number): Promise<{ number: number; at: Date }[]> {
    const within = 'SELECT number, at FROM operations WHERE at >= ? AND at < ? ORDER BY number LIMIT ?';
    const rows = await query(within, [from, to, most]);
    return rows.map(({ number, at }) => ({ number: Number(number), at: new Date(at as Date) }));
  },

  async changesBetween(
    query: Query,
    from: Date,
    to: Date,
  ): Promise<{ count: number; restores: { at: Date; actor: string }[] }> {
    const within = 'FROM changes WHERE at >= ? AND at < ?';
    const [row] = await query(`SELECT COUNT(*) AS count ${within}`, [from, to]);
    // The first row of a restore tells of the pool, those behind it of accounts.
    const restored = `SELECT at, actorName ${within} AND kind = 'db:restore' AND subject = 'pool' ORDER BY number`;
    const restores = await query(restored, [from, to]);
    return {
      count: Number(row?.count),
      restores: restores.map(({ at, actorName: actor }) => ({ at: new Date(at as Date), actor: String(actor) })),
    };
  },

  async isWhole(query: Query): Promise<boolean> {
    const given = query(
      `SELECT lastOperation AS given, (SELECT COALESCE(MAX(number), 0) FROM operations) AS newest FROM pool WHERE id = 1`,
    );
    const [row] = await given.catch(withoutTable([]));
    return row !== undefined && Number(row.given) === Number(row.newest);
  },

  check: checkLedger,

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

  changesTable: { table: 'changes', number: 'number', uid: 'uid', hash: 'hash' },

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

  accountsThatReturn,

  settleRestored,

  isWholeIn(tables: ReadonlyMap<string, readonly DumpRow[]>): boolean {
    const numbers = new Set((tables.get('operations') ?? []).map(({ number }) => Number(number)));
    const given = Number(tables.get('pool')?.[0]?.lastOperation);
    return given === numbers.size && (given === 0 || numbers.has(given));
  },
};

async function newestIn(query: Query, table: string): Promise<Mark> {
  const [row] = await query(`SELECT number, uid FROM ${table} ORDER BY number DESC LIMIT 1`);
  return row === undefined ? { number: 0, uid: null } : { number: Number(row.number), uid: String(row.uid) };
}

async function existingIn(query: Query, table: string, marks: readonly Mark[]): Promise<Set<string>> {
  const numbers = new Map(marks.flatMap(({ number, uid }) => (uid === null ? [] : [[uid, number] as const])));
  if (numbers.size === 0) return new Set();
  const rows = await query(`SELECT number, uid FROM ${table} WHERE uid IN (?)`, [[...numbers.keys()]]);
  return new Set(rows.map(({ uid }) => String(uid)).filter((uid, i) => numbers.get(uid) === Number(rows[i]?.number)));
}

function actorName(id: unknown, name: unknown, email: unknown): string {
  return typeof name === 'string' && typeof email === 'string' ? `${name} <${email}>` : `user ${String(id)}`;
}
