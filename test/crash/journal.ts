import type { Query } from '../../src/database/connection/query';
import type { Attempt } from './clients';

/** What the database says of the operations. */
export interface Journal {
  /** When each one was booked, in milliseconds, by number. */
  times: Map<number, number>;
  lost: string[];
  doubled: string[];
  /** Numbers that are missing, or that the pool does not know of. */
  gaps: string[];
}

/**
 * Holds what clients were told against the journal: what was answered is there once, what was refused is not there,
 * and what nobody answered is there once or not at all.
 */
export async function readJournal(query: Query, attempts: readonly Attempt[]): Promise<Journal> {
  const rows = await query(
    `SELECT number, kind, COALESCE(title, paymentId) AS subject, UNIX_TIMESTAMP(at) * 1000 AS at
     FROM operations LEFT JOIN vehicles ON vehicles.id = operations.vehicleId ORDER BY number`,
  );
  const counts = new Map<string, number>();
  for (const { kind, subject } of rows) {
    const key = `${String(kind)} ${String(subject)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const lost: string[] = [];
  const doubled: string[] = [];
  for (const { kind, key, state } of attempts) {
    const count = counts.get(`${kind} ${key}`) ?? 0;
    counts.delete(`${kind} ${key}`);
    if (state === 'answered' && count === 0) lost.push(`${kind} ${key}`);
    if (count > (state === 'refused' ? 0 : 1)) doubled.push(`${kind} ${key}`);
  }
  doubled.push(...[...counts.keys()].map((key) => `${key}, which nobody asked for`));
  const gaps = rows.flatMap(({ number }, i) => (Number(number) === i + 1 ? [] : [`${String(number)} at ${i + 1}`]));
  const [pool] = await query('SELECT lastOperation FROM pool WHERE id = 1');
  if (Number(pool?.lastOperation) !== rows.length) gaps.push(`${rows.length}, where the pool says otherwise`);
  return { times: new Map(rows.map(({ number, at }) => [Number(number), Number(at)])), lost, doubled, gaps };
}
