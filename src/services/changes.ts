import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import type { OperationKind } from '../entities/enums';
import type { User } from '../entities/user';
import { type Acting, checkStillActing } from './acting-account';
import { type Changed, type ChangeRow, commandActor, insertOf } from './change-row';
import { bookedBy } from './ledger-check/links';
import { inTransaction } from './transaction';

/*
 * The journal of changes. Every transaction that changes a row goes through `changeRows` or the OperationRunner, whose work
 * has to say what it changed: without that it does not compile. The row is written last, in the same transaction.
 */

/** Where a request came from. */
interface Origin {
  requestId: string;
  /** The client's network address. */
  address: string;
}

/** A request, and what it has changed. */
interface Request extends Origin {
  /** The row of its change, once that is committed. */
  change?: ChangeRow;
}

/** Who changes something, and how. */
export interface Author {
  /** The mutation, or the command, such as "user:create". */
  kind: string;
  /** The account's id; null where no account does it. */
  actorId: number | null;
  /** What has to be so still when the change is made; null where no account does it, or the work itself looks. */
  account: Acting | null;
  /** The name as it is now. */
  actorName: string;
  /** Null outside of requests. */
  origin: Request | null;
}

/** What a transaction brought about, and what it changed for that. */
export interface Written<T> {
  result: T;
  changed: Changed;
}

/** What a transaction found as it should be already: of it nothing but the request's key is stored, and no journal tells. */
export interface Unchanged<T> {
  result: T;
  changed: null;
}

/** What tells one change from all others. */
interface Identity {
  uid: string;
  at: Date;
  /** Null where it is no operation. */
  operation: NumberedOperation | null;
}

interface NumberedOperation {
  number: number;
  kind: OperationKind;
}

const requests = new AsyncLocalStorage<Request>();

/**
 * Runs the work of a request, so that what it changes is told with its id and its address.
 * @returns what the work returns, and the row that it wrote into the journal; undefined where it wrote none
 */
export async function fromRequest<T>(
  { requestId, address }: Origin,
  work: () => Promise<T>,
): Promise<{ result: T; change: ChangeRow | undefined }> {
  const request: Request = { requestId, address };
  const result = await requests.run(request, work);
  return { result, change: request.change };
}

/** Lets the request of a change know what it wrote, now that it is committed. */
export function tellRequest({ origin }: Author, change: ChangeRow | undefined): void {
  if (origin !== null && change !== undefined) origin.change = change;
}

/** An account that does something by a mutation. Ask for it before anything is waited for. */
export function byAccount(kind: string, account: Acting & Pick<User, 'name'>): Author {
  return { kind, actorId: account.id, account, actorName: account.name, origin: requests.getStore() ?? null };
}

/** A person who runs a command at the server itself. */
export function byCommand(kind: string): Author {
  return { kind, actorId: null, account: null, actorName: commandActor(), origin: null };
}

/** What the server does by itself. */
export function byServer(kind: string): Author {
  return { kind, actorId: null, account: null, actorName: 'Motorpool', origin: null };
}

/**
 * The only way to change rows by what is no operation: all of the work and its row in the journal, or nothing. The account
 * that asks for it may still act then.
 * @param lockFirst takes the locks that must come before that of the account's own row
 * @throws Refusal UNAUTHENTICATED where it may not any more; CommitUnanswered where the work was done and COMMIT failed in any way; else what the work threw
 */
export async function changeRows<T>(
  dataSource: DataSource,
  author: Author,
  work: (ledger: EntityManager) => Promise<Written<T> | Unchanged<T>>,
  lockFirst: (ledger: EntityManager) => Promise<unknown> = () => Promise.resolve(),
): Promise<T> {
  const done = await inTransaction(dataSource, async (ledger) => {
    await lockFirst(ledger);
    await checkStillActing(ledger, author.account);
    const { result, changed } = await work(ledger);
    const change =
      changed === null
        ? undefined
        : await writeChange(ledger, author, changed, { uid: randomUUID(), at: new Date(), operation: null });
    return { result, change };
  });
  tellRequest(author, done.change);
  return done.result;
}

/**
 * Writes the row of a change, as the last thing in its transaction: from the counter's lock on, others wait for the commit
 * alone. Only for `changeRows` and the OperationRunner, which tell the request of the row that this returns.
 */
export async function writeChange(
  ledger: EntityManager,
  { kind, actorId, actorName, origin }: Author,
  changed: Changed,
  { uid, at, operation }: Identity,
): Promise<ChangeRow> {
  const booked = operation === null ? null : await readBooked(ledger, operation);
  const number = await takeChangeNumber(ledger);
  const row: ChangeRow = {
    ...{ number, uid, kind, actorId, actorName, changed, at, booked },
    operation: operation?.number ?? null,
    requestId: origin?.requestId ?? null,
    address: origin?.address ?? null,
  };
  const { sql, parameters } = insertOf(row);
  const { affectedRows } = await ledger.query<{ affectedRows: number }>(sql, parameters);
  if (affectedRows !== 1)
    throw new Error(`Change ${number - 1} is missing from the journal: restore the latest backup.`);
  return row;
}

/** Before the counter is locked: it reads all that the operation booked. */
async function readBooked(ledger: EntityManager, { number, kind }: NumberedOperation): Promise<string> {
  const [row] = await ledger.query<{ booked: string }[]>(
    `SELECT ${bookedBy(kind)} AS booked FROM operations o WHERE o.number = ?`,
    [number],
  );
  if (row === undefined) throw new Error(`Operation ${number} is not in the journal.`);
  return row.booked;
}

/** One statement that writes, so that a cluster sees two changes at once as the conflict that they are. */
async function takeChangeNumber(ledger: EntityManager): Promise<number> {
  const { affectedRows, insertId } = await ledger.query<{ affectedRows: number; insertId: number }>(
    'UPDATE change_counter SET lastChange = LAST_INSERT_ID(lastChange + 1) WHERE id = 1',
  );
  if (affectedRows !== 1) throw new Error('The table "change_counter" has lost its row: restore the latest backup.');
  return insertId;
}
