import { createHash, randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { IdempotencyKey } from '../entities/idempotency-key';
import type { User } from '../entities/user';
import { byAccount, changeRows, type Unchanged, type Written } from './changes';
import { quote, Refusal } from './errors';
import { hashPassword, isPassword } from './passwords';
import { duplicateKey, tryChangeAgain } from './retry';
import { NothingToDo, orNothingToDo } from './transaction';

type Value = string | number | bigint | boolean | Date | null | undefined;

/** One mutation with the key that the client gave it. */
export interface Asked {
  mutation: string;
  /** Null: the client sent none. */
  key: string | null;
  /** What was asked for, as far as it decides what comes of it. */
  input: Readonly<Record<string, Value>>;
  /** There is a password in it: a hash that is quick to compute would let thieves of the database try passwords. */
  isSecret?: boolean;
}

/** A key as the database keeps it. */
export interface Claim {
  actorId: number;
  key: string;
  mutation: string;
  fingerprint: string;
  /** For the row. */
  stored: string;
}

/** How a mutation makes its row, and finds it again for a key that has made it. */
interface Making<T, Made = Written<T>> {
  /** Takes the locks that must come before that of the account's own row. */
  lockFirst?: (ledger: EntityManager) => Promise<unknown>;
  find: (ledger: EntityManager, id: number) => Promise<T>;
  make: (ledger: EntityManager) => Promise<Made>;
}

/** Equal where mutation and input are: SHA-256, in hexadecimal. A left out value is null. */
function fingerprintOf({ mutation, input }: Pick<Asked, 'mutation' | 'input'>): string {
  const text = (value: Value): string | number | boolean | null =>
    typeof value === 'bigint' ? String(value) : value instanceof Date ? value.toISOString() : (value ?? null);
  const entries = Object.entries(input)
    .map(([name, value]) => [name, text(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([mutation, entries]))
    .digest('hex');
}

/** What is kept of a request, or null where it has no key. To hash a secret takes long: never under a lock. */
export async function claimOf(actor: User, asked: Asked): Promise<Claim | null> {
  const { mutation, key, isSecret = false } = asked;
  if (key === null) return null;
  const fingerprint = fingerprintOf(asked);
  const stored = isSecret ? await hashPassword(fingerprint) : fingerprint;
  return { actorId: actor.id, key, mutation, fingerprint, stored };
}

/**
 * Makes the row of a request once for its key, within the transaction that stores both: the key is taken first, so that
 * another request with it waits here until this one has ended, also on another server.
 * @throws NothingToDo with the row that the key has made before; Refusal IDEMPOTENCY_KEY_REUSED for another input
 */
export async function makeOnce<T extends { id: number }, Made extends { result: T }>(
  ledger: EntityManager,
  claim: Claim,
  { find, make }: Making<T, Made>,
): Promise<Made> {
  const { actorId, key, mutation, stored } = claim;
  try {
    await ledger.query(
      'INSERT INTO idempotency_keys (accountId, idempotencyKey, mutation, fingerprint, createdAt) VALUES (?)',
      [[actorId, key, mutation, stored, new Date()]],
    );
  } catch (error) {
    if (duplicateKey(error) === null) throw error;
    throw new NothingToDo(await find(ledger, await madeBy(ledger, claim)));
  }
  const made = await make(ledger);
  await ledger.query('UPDATE idempotency_keys SET resultId = ? WHERE accountId = ? AND idempotencyKey = ?', [
    made.result.id,
    actorId,
    key,
  ]);
  return made;
}

/** @returns the id of what the key made before @throws Refusal IDEMPOTENCY_KEY_REUSED */
async function madeBy(ledger: EntityManager, { actorId, key, mutation, fingerprint }: Claim): Promise<number> {
  const row = await ledger.findOneByOrFail(IdempotencyKey, { accountId: actorId, idempotencyKey: key });
  const isSame = row.fingerprint.startsWith('$')
    ? await isPassword(row.fingerprint, fingerprint)
    : row.fingerprint === fingerprint;
  if (row.mutation === mutation && isSame && row.resultId !== null) return row.resultId;
  const why = row.mutation === mutation ? `another input of ${mutation}` : `${row.mutation}, not for ${mutation}`;
  throw new Refusal(
    'IDEMPOTENCY_KEY_REUSED',
    `The idempotencyKey ${quote(key)} was used for ${why}: send a new key with a new request, or the old request again.`,
  );
}

/**
 * Makes a row that is no operation in a transaction of its own. Each request has a key, its own or a new one, so that it
 * may be tried again: the first try may have taken effect.
 * @throws Refusal UNAUTHENTICATED, IDEMPOTENCY_KEY_REUSED, SERVICE_UNAVAILABLE, OUTCOME_UNKNOWN, and what `make` throws
 */
export async function changeOnce<T extends { id: number }>(
  dataSource: DataSource,
  actor: User,
  asked: Asked,
  making: Making<T>,
): Promise<T> {
  const author = byAccount(asked.mutation, actor);
  // Only our own further tries bring a key that we made up: there is no other input that they could have.
  const ownKey = { actorId: actor.id, key: randomUUID(), mutation: asked.mutation, fingerprint: '', stored: '' };
  const claim = (await claimOf(actor, asked)) ?? ownKey;
  const make = (ledger: EntityManager): Promise<Written<T> | Unchanged<T>> =>
    asked.key === null ? making.make(ledger) : making.make(ledger).catch(asIs<T>);
  const attempt = (): Promise<T> =>
    orNothingToDo(
      changeRows(dataSource, author, (ledger) => makeOnce(ledger, claim, { ...making, make }), making.lockFirst),
    );
  return tryChangeAgain(attempt);
}

/**
 * A request that found everything as it should be is answered for good too, with its key: a retry must not do it after all,
 * where somebody else has changed the row meanwhile.
 */
function asIs<T>(error: unknown): Unchanged<T> {
  if (error instanceof NothingToDo) return { result: error.result as T, changed: null };
  throw error;
}
