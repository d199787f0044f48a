import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { Operation } from '../entities/operation';
import type { OperationKind } from '../entities/enums';
import type { User } from '../entities/user';
import { isConnectionLost, isTransient, pauseBeforeRetry } from './retry';
import { Refusal } from './errors';

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

/** Called once after each commit, never before it and never inside it; must return at once. */
export type AfterCommit = (operation: { number: number; uid: string }) => void;

const MAX_ATTEMPTS = 8;

/** COMMIT was sent and no answer came: only the database knows. */
class CommitUnanswered extends Error {
  constructor(
    readonly committed: { result: unknown; number: number },
    readonly reason: unknown,
  ) {
    super('COMMIT was not answered');
  }
}

/**
 * The only way to a critical operation: transaction, operation number, the work, commit, then the call that asks for
 * a backup. The pool's row is locked first, so operations are serial and their numbers follow the commits.
 */
export class OperationRunner {
  constructor(
    private readonly dataSource: DataSource,
    private readonly afterCommit: AfterCommit,
  ) {}

  /**
   * Runs the work as one committed operation, or changes nothing. Deadlocks, lock time-outs, certification conflicts
   * and lost connections are tried again, with a bound.
   * @throws Refusal from the work; OUTCOME_UNKNOWN where the database went away at COMMIT and stayed away
   */
  async run<T>(kind: OperationKind, actor: User, work: Work<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      // One identity an attempt: whether this very commit happened can be looked up by it.
      const uid = randomUUID();
      try {
        return await this.attempt(uid, kind, actor, work);
      } catch (error) {
        if (error instanceof CommitUnanswered) {
          if (await this.didCommit(uid)) {
            this.afterCommit({ number: error.committed.number, uid });
            return error.committed.result as T;
          }
        } else if (!isTransient(error)) {
          throw error;
        }
        if (attempt === MAX_ATTEMPTS) throw error instanceof CommitUnanswered ? error.reason : error;
        await pauseBeforeRetry(attempt);
      }
    }
  }

  private async attempt<T>(uid: string, kind: OperationKind, actor: User, work: Work<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.startTransaction();
      const ledger = runner.manager;
      const number = 1 + (await lockPool(runner));
      const earlier = (await work.alreadyDone?.(ledger)) ?? null;
      if (earlier !== null) {
        await runner.rollbackTransaction();
        return earlier;
      }
      const at = new Date();
      const { result, subject } = await work.book(ledger, at);
      await ledger.insert(Operation, { number, uid, kind, actorId: actor.id, at, ...subject });
      await runner.query('UPDATE pool SET lastOperation = ? WHERE id = 1', [number]);
      await commit(runner, { result, number });
      this.afterCommit({ number, uid });
      return result;
    } catch (error) {
      // After any error the transaction is rolled back, never committed: on a cluster a COMMIT after a conflict
      // answers OK and has written nothing.
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      await runner.release().catch(() => undefined);
    }
  }

  /**
   * Settles an unanswered COMMIT by looking. The pool's lock is taken first: whoever holds it knows that the lost
   * transaction has ended, one way or the other.
   */
  private async didCommit(uid: string): Promise<boolean> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      try {
        return await this.dataSource.transaction(async (manager) => {
          await manager.query('SELECT lastOperation FROM pool WHERE id = 1 FOR UPDATE');
          return manager.existsBy(Operation, { uid });
        });
      } catch (error) {
        if (!isTransient(error)) throw error;
        await pauseBeforeRetry(attempt);
      }
    }
    throw new Refusal(
      'OUTCOME_UNKNOWN',
      `The database went away while the operation was being committed: look whether it happened before trying again.`,
      { operationUid: uid },
    );
  }
}

/** Puts this transaction in line with all others. @returns the number of the last committed operation */
async function lockPool(runner: QueryRunner): Promise<number> {
  const rows = (await runner.query('SELECT lastOperation FROM pool WHERE id = 1 FOR UPDATE')) as {
    lastOperation: number;
  }[];
  if (rows[0] === undefined) throw new Error('The table "pool" has lost its row: restore the latest backup.');
  return rows[0].lastOperation;
}

async function commit(runner: QueryRunner, committed: { result: unknown; number: number }): Promise<void> {
  try {
    await runner.commitTransaction();
  } catch (error) {
    throw isConnectionLost(error) ? new CommitUnanswered(committed, error) : error;
  }
}
