import { randomUUID } from 'node:crypto';
import { sqlErrno } from '../database/connection/errors';
import type { Query } from '../database/connection/query';
import { RestoredJournal } from './restored-journal';

type Row = Readonly<Record<string, unknown>>;

/** No such table, or no such column: a schema that knows no accounts, or none of today's kind. */
const UNKNOWN_SCHEMA = new Set([1054, 1146]);

/** An account that a restore would let sign in although nobody decided that now. */
interface Returning {
  id: number;
  /** In one sentence. */
  why: string;
}

/**
 * Which of the restored accounts could sign in and cannot now, or would have another role. Accounts are the same by uid, or by
 * email where a file is older than uids.
 */
function returning(restored: readonly Row[], live: readonly Row[]): Returning[] {
  const find = finder(live);
  return restored.filter(canSignIn).flatMap((account) => {
    const now = find(account);
    const name = `${String(account.name)} <${String(account.email)}>, ${String(account.role)}`;
    const id = Number(account.id);
    if (now === undefined) return [{ id, why: `${name}: is not in the live database` }];
    if (!canSignIn(now)) return [{ id, why: `${name}: is disabled now` }];
    return now.role === account.role ? [] : [{ id, why: `${name}: is ${String(now.role)} now` }];
  });
}

function finder(live: readonly Row[]): (account: Row) => Row | undefined {
  const byUid = new Map(live.filter(({ uid }) => typeof uid === 'string').map((row) => [row.uid, row]));
  const byEmail = new Map(live.map((row) => [row.email, row]));
  return ({ uid, email }) => byUid.get(uid ?? undefined) ?? byEmail.get(email);
}

function canSignIn({ disabledAt, passwordHash }: Row): boolean {
  return (disabledAt ?? null) === null && (passwordHash ?? null) !== null;
}

/** The accounts of the live database; null where it is another pool's, or does not tell. */
async function accountsOf(live: Query, pool: unknown): Promise<Row[] | null> {
  try {
    const [row] = await live('SELECT * FROM pool WHERE id = 1');
    return row !== undefined && row.uid === pool ? await live('SELECT * FROM users') : null;
  } catch (error) {
    if (!UNKNOWN_SCHEMA.has(sqlErrno(error) ?? 0)) throw error;
    return null;
  }
}

/** For the plan of a restore: the accounts that come back to life or change their role, in sentences. */
export async function accountsThatReturn(
  tables: ReadonlyMap<string, readonly Row[]>,
  live: Query,
): Promise<string[] | null> {
  const now = await accountsOf(live, tables.get('pool')?.[0]?.uid);
  return now === null ? null : returning(tables.get('users') ?? [], now).map(({ why }) => why);
}

/**
 * Prepares a restored copy to take the live database's place. Its journal of changes says which timeline it takes over from. A new
 * epoch makes every token void that was ever given out. With `keepDisabled` an account that comes back to life or changes role
 * stays disabled until an ADMIN looks, and passwords stay those of now: an older one may have been changed because somebody else
 * knew it. Each account that differs from the file for that has its own row in the journal.
 * @returns what was done, in sentences
 */
export async function settleRestored(copy: Query, live: Query, keepDisabled: boolean): Promise<string[]> {
  const journal = new RestoredJournal(copy);
  try {
    await copy('UPDATE pool SET epoch = ?', [randomUUID()]);
    await journal.begin(live);
    if (!keepDisabled) return journal.problems;
    const [pool] = await copy('SELECT uid FROM pool WHERE id = 1');
    const now = await accountsOf(live, pool?.uid);
    if (now === null) {
      const unknown = 'The accounts are as the file has them: the live database had none to compare them with.';
      return [...journal.problems, unknown];
    }
    const restored = await copy('SELECT * FROM users');
    const kept = returning(restored, now);
    for (const { id } of kept) await keepAccountDisabled(copy, journal, id);
    await keepPasswords(copy, journal, restored, now);
    return [...journal.problems, ...kept.map(({ why }) => `Kept disabled until an ADMIN enables it: ${why}.`)];
  } catch (error) {
    if (!UNKNOWN_SCHEMA.has(sqlErrno(error) ?? 0)) throw error;
    return [];
  }
}

async function keepAccountDisabled(copy: Query, journal: RestoredJournal, id: number): Promise<void> {
  const at = new Date();
  await copy('UPDATE users SET disabledAt = ?, tokenVersion = tokenVersion + 1 WHERE id = ?', [at, id]);
  const [before, after] = [{ disabledAt: null }, { disabledAt: at.toISOString() }];
  await journal.write({ subject: 'user', id, before, after });
}

async function keepPasswords(
  copy: Query,
  journal: RestoredJournal,
  restored: readonly Row[],
  live: readonly Row[],
): Promise<void> {
  const find = finder(live);
  for (const account of restored) {
    const now = find(account)?.passwordHash ?? null;
    if (now === null || account.passwordHash === null || now === account.passwordHash) continue;
    const id = Number(account.id);
    await copy('UPDATE users SET passwordHash = ? WHERE id = ?', [now, id]);
    await journal.write({ subject: 'user', id, after: { kept: 'sign-in of before the restore' } });
  }
}
