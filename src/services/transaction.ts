import type { PoolConnection } from 'mysql2';
import type { DataSource, EntityManager } from 'typeorm';
import { closeConnection } from '../database/connection/connection-pool';
import { Refusal } from './errors';

/** COMMIT was sent and not answered with success: only the database knows whether it happened. */
export class CommitUnanswered<T = unknown> extends Error {
  override readonly name = 'CommitUnanswered';

  constructor(
    /** What the transaction would have brought about. */
    readonly result: T,
    /** Why; under the name that TypeORM's errors have, too. */
    readonly driverError: unknown,
  ) {
    super('COMMIT was not answered with success');
  }
}

/** Thrown by the work of a transaction that turns out to be unnecessary. */
export class NothingToDo<T = unknown> extends Error {
  override readonly name = 'NothingToDo';

  constructor(readonly result: T) {
    super('there is nothing to do');
  }
}

/** What stands in the place of work that turned out to be unnecessary is its result. */
export async function orNothingToDo<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof NothingToDo) return error.result as T;
    throw error;
  }
}

/**
 * Runs the work in a transaction of its own: all of it or nothing. The connection is used again only when its
 * transaction has surely ended. After any failure but a refusal it is closed instead, which rolls back: a connection
 * with an open transaction would commit it with whatever came next, and on a cluster a COMMIT after a conflict
 * answers OK and has written nothing.
 * @throws CommitUnanswered where the work was done and COMMIT failed in any way; else what the work threw
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  work: (ledger: EntityManager) => Promise<T>,
  isolation?: 'REPEATABLE READ',
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  const connection = (await runner.connect()) as PoolConnection;
  try {
    await runner.startTransaction(isolation);
    const result = await work(runner.manager);
    try {
      await runner.commitTransaction();
    } catch (error) {
      throw new CommitUnanswered(result, (error as { driverError?: unknown }).driverError ?? error);
    }
    return result;
  } catch (error) {
    const isHarmless = error instanceof Refusal || error instanceof NothingToDo;
    const rolledBack = isHarmless && (await runner.rollbackTransaction().then(always, never));
    if (!rolledBack) closeConnection(connection, new Error('The transaction failed.'));
    throw error;
  } finally {
    await runner.release();
  }
}

/** Reads what was committed at one moment. No row is locked, and nothing can be changed: it ends with a rollback. */
export async function inSnapshot<T>(dataSource: DataSource, read: (ledger: EntityManager) => Promise<T>): Promise<T> {
  const readOnly = async (ledger: EntityManager): Promise<never> => {
    throw new NothingToDo(await read(ledger));
  };
  return inTransaction(dataSource, readOnly, 'REPEATABLE READ').catch((error: unknown) => {
    if (error instanceof NothingToDo) return error.result as T;
    throw error;
  });
}

const always = (): boolean => true;
const never = (): boolean => false;
