import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { Operation } from '../entities/operation';
import type { OperationKind } from '../entities/enums';
import type { User } from '../entities/user';
import { checkStillActing } from './acting-account';
import type { Changed, ChangeRow } from './change-row';
import { type Author, byAccount, tellRequest, writeChange, type Written } from './changes';
import { Refusal } from './errors';
import { type Asked, type Claim, claimOf, makeOnce } from './idempotency';
import { hasCommitted, takeNumber } from './numbers';
import type { OperationQueue } from './operation-queue';
import { isTransient, RETRY_FOR_MS, tryAgain } from './retry';
import { CommitUnanswered, inTransaction, NothingToDo } from './transaction';

/** What an operation did, for its row in the journal. */
interface Subject {
  vehicleId?: number;
  saleId?: number;
  paymentId?: number;
}

/** The part of a critical operation that is its own. Both run inside the transaction, under the pool's lock. */
interface Work<T> {
  /** The request. With a key that has done it before, nothing is booked and no number is given out. */
  asked: Asked;
  /** What the operation answered with, as it is now. */
  find: (ledger: EntityManager, id: number) => Promise<T>;
  /** Checks the rules against rows that nobody else can change now, and books. May run again after a conflict. */
  book(ledger: EntityManager, at: Date): Promise<{ result: T; subject: Subject }>;
}

/**
 * Called once after each commit, never before it and never inside it, and also where a commit may have happened; must
 * return at once and never throw.
 */
export type AfterCommit = (operation: { number: number; uid: string }) => void;

/** One try of an operation. */
interface Attempt {
  uid: string;
  kind: OperationKind;
  actor: User;
  author: Author;
  /** Null: the request has no key. */
  claim: Claim | null;
}

interface Done<T> {
  result: T;
  /** Null where an earlier request had done it. */
  number: number | null;
  /** Its row in the journal of changes, where it was done now. */
  change?: ChangeRow;
}

/**
 * The only way to a critical operation: transaction, operation number, the work, commit, then the call that asks for
 * a backup. The pool's row is locked first, so operations are serial and their numbers follow the commits; those of this
 * process wait for each other before they take a connection.
 */
export class OperationRunner {
  constructor(
    private readonly dataSource: DataSource,
    private readonly afterCommit: AfterCommit,
    private readonly queue: OperationQueue,
    /** How long an unanswered COMMIT is looked for. */
    private readonly retryForMs = RETRY_FOR_MS,
  ) {}

  /**
   * Runs the work as one committed operation, or changes nothing. Deadlocks, lock time-outs, certification conflicts
   * and lost connections are tried again, with a bound; a COMMIT that fails is looked up, whatever the error said.
   * @throws Refusal from the work; SERVICE_UNAVAILABLE where the database stayed busy or away, and nothing happened;
   * OUTCOME_UNKNOWN where it went away at COMMIT and stayed away
   */
  async run<T extends { id: number }>(kind: OperationKind, actor: User, work: Work<T>): Promise<T> {
    const author = byAccount(work.asked.mutation, actor);
    const claim = await claimOf(actor, work.asked);
    const attempt = async (): Promise<T> => {
      // One identity a try: whether this very commit happened can be looked up by it.
      const uid = randomUUID();
      const { result, number, change } = await this.attempt({ uid, kind, actor, author, claim }, work);
      if (number !== null) this.afterCommit({ number, uid });
      tellRequest(author, change);
      return result;
    };
    return this.queue.run((leftMs) => tryAgain(attempt, { retryForMs: leftMs }));
  }

  private async attempt<T extends { id: number }>(asked: Attempt, work: Work<T>): Promise<Done<T>> {
    const { uid, kind, actor, author, claim } = asked;
    try {
      return await inTransaction(this.dataSource, async (ledger) => {
        const number = await takeNumber(ledger);
        await checkStillActing(ledger, author.account);
        const at = new Date();
        const make = async (): Promise<Written<T>> => {
          const { result, subject } = await work.book(ledger, at);
          await writeJournal(ledger, { number, uid, kind, actorId: actor.id, at, ...subject });
          return { result, changed: changedBy(subject) };
        };
        const { find } = work;
        const { result, changed } = claim === null ? await make() : await makeOnce(ledger, claim, { find, make });
        const change = await writeChange(ledger, author, changed, { uid, at, operation: { number, kind } });
        return { result, number, change };
      });
    } catch (error) {
      if (error instanceof NothingToDo) return { result: error.result as T, number: null };
      if (!(error instanceof CommitUnanswered)) throw error;
      const done = error.result as Done<T> & { number: number };
      if (await this.didCommit({ number: done.number, uid })) return done;
      throw error;
    }
  }

  /** Settles an unanswered COMMIT by looking, again and again until the time to retry is over. */
  private didCommit(operation: { number: number; uid: string }): Promise<boolean> {
    const { uid } = operation;
    const giveUp = (lastError: unknown): Refusal => {
      this.afterCommit(operation);
      return new Refusal(
        'OUTCOME_UNKNOWN',
        'The database went away while the operation was being committed: send it again with the same idempotencyKey, or look for it by operation(uid).',
        { operationUid: uid },
        lastError,
      );
    };
    const look = (): Promise<boolean> =>
      hasCommitted(this.dataSource, uid).catch((error: unknown) => {
        if (isTransient(error)) throw error;
        throw giveUp(error);
      });
    return tryAgain(look, { retryForMs: this.retryForMs, giveUp });
  }
}

function changedBy({ vehicleId, paymentId = 0 }: Subject): Changed {
  return vehicleId === undefined ? { subject: 'payment', id: paymentId } : { subject: 'vehicle', id: vehicleId };
}

async function writeJournal(ledger: EntityManager, row: Partial<Operation>): Promise<void> {
  const { number, uid, kind, actorId, vehicleId = null, saleId = null, paymentId = null, at } = row;
  await ledger.query(
    'INSERT INTO operations (number, uid, kind, actorId, vehicleId, saleId, paymentId, at) VALUES (?)',
    [[number, uid, kind, actorId, vehicleId, saleId, paymentId, at]],
  );
}
