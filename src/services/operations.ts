import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { Operation } from '../entities/operation';
import type { OperationKind } from '../entities/enums';
import type { User } from '../entities/user';
import { Refusal } from './errors';
import { hasCommitted, takeNumber } from './numbers';
import { isTransient, PATIENCE_MS, tryAgain } from './retry';
import { CommitUnanswered, inTransaction, NothingToDo } from './transaction';

/** What an operation did, for its row in the journal. */
export interface Subject {
  vehicleId?: number;
  saleId?: number;
  paymentId?: number;
}

/** The part of a critical operation that is its own. Both run inside the transaction, under the pool's lock. */
export interface Work<T> {
  /** What an earlier, same request already brought about; with it nothing is booked and no number is given out. */
  alreadyDone?(ledger: EntityManager): Promise<T | null>;
  /** Checks the rules against rows that nobody else can change now, and books. May run again after a conflict. */
  book(ledger: EntityManager, at: Date): Promise<{ result: T; subject: Subject }>;
}

/**
 * Called once after each commit, never before it and never inside it, and also where a commit may have happened; must
 * return at once and never throw.
 */
export type AfterCommit = (operation: { number: number; uid: string }) => void;

interface Done<T> {
  result: T;
  /** Null where an earlier request had done it. */
  number: number | null;
}

/**
 * The only way to a critical operation: transaction, operation number, the work, commit, then the call that asks for
 * a backup. The pool's row is locked first, so operations are serial and their numbers follow the commits.
 */
export class OperationRunner {
  constructor(
    private readonly dataSource: DataSource,
    private readonly afterCommit: AfterCommit,
    /** How long conflicts and lost connections are tried again, and how long an unanswered COMMIT is looked for. */
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  /**
   * Runs the work as one committed operation, or changes nothing. Deadlocks, lock time-outs, certification conflicts
   * and lost connections are tried again, with a bound; a COMMIT that fails is looked up, whatever the error said.
   * @throws Refusal from the work; SERVICE_UNAVAILABLE where the database stayed busy or away, and nothing happened;
   * OUTCOME_UNKNOWN where it went away at COMMIT and stayed away
   */
  async run<T>(kind: OperationKind, actor: User, work: Work<T>): Promise<T> {
    return tryAgain(
      async () => {
        // One identity a try: whether this very commit happened can be looked up by it.
        const uid = randomUUID();
        const { result, number } = await this.attempt(uid, kind, actor, work);
        if (number !== null) this.afterCommit({ number, uid });
        return result;
      },
      { patienceMs: this.patienceMs },
    );
  }

  private async attempt<T>(uid: string, kind: OperationKind, actor: User, work: Work<T>): Promise<Done<T>> {
    try {
      return await inTransaction(this.dataSource, async (ledger) => {
        const number = await takeNumber(ledger);
        const earlier = (await work.alreadyDone?.(ledger)) ?? null;
        if (earlier !== null) throw new NothingToDo(earlier);
        const at = new Date();
        const { result, subject } = await work.book(ledger, at);
        await writeJournal(ledger, { number, uid, kind, actorId: actor.id, at, ...subject });
        return { result, number };
      });
    } catch (error) {
      if (error instanceof NothingToDo) return { result: error.result as T, number: null };
      if (!(error instanceof CommitUnanswered)) throw error;
      const done = error.result as { result: T; number: number };
      if (await this.didCommit({ number: done.number, uid })) return done;
      throw error;
    }
  }

  /** Settles an unanswered COMMIT by looking, for as long as that takes and we have patience. */
  private didCommit(operation: { number: number; uid: string }): Promise<boolean> {
    const { uid } = operation;
    const giveUp = (lastError: unknown): Refusal => {
      this.afterCommit(operation);
      return new Refusal(
        'OUTCOME_UNKNOWN',
        'The database went away while the operation was being committed: look whether it happened before trying again.',
        { operationUid: uid },
        lastError,
      );
    };
    const look = (): Promise<boolean> =>
      hasCommitted(this.dataSource, uid).catch((error: unknown) => {
        if (isTransient(error)) throw error;
        throw giveUp(error);
      });
    return tryAgain(look, { patienceMs: this.patienceMs, giveUp });
  }
}

async function writeJournal(ledger: EntityManager, row: Partial<Operation>): Promise<void> {
  const { number, uid, kind, actorId, vehicleId = null, saleId = null, paymentId = null, at } = row;
  await ledger.query(
    'INSERT INTO operations (number, uid, kind, actorId, vehicleId, saleId, paymentId, at) VALUES (?)',
    [[number, uid, kind, actorId, vehicleId, saleId, paymentId, at]],
  );
}
