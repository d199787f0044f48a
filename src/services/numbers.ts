import type { DataSource, EntityManager } from 'typeorm';
import { Operation } from '../entities/operation';
import { inTransaction } from './transaction';

/**
 * Puts this transaction in line with all others, and takes the next number; a rollback gives it back. One statement
 * that writes, so that a cluster sees two operations at once as the conflict that they are.
 */
export async function takeNumber(ledger: EntityManager): Promise<number> {
  const { affectedRows, insertId } = await ledger.query<{ affectedRows: number; insertId: number }>(
    'UPDATE pool SET lastOperation = LAST_INSERT_ID(lastOperation + 1) WHERE id = 1',
  );
  if (affectedRows !== 1) throw new Error('The table "pool" has lost its row: restore the latest backup.');
  return insertId;
}

/**
 * Whether the operation of that identity was committed, once and for all: a transaction of it that is still under way
 * cannot be committed after this has answered no. For that a number is taken and given back: as it writes the row that
 * every operation writes, the answer is committed only where the other has ended, one way or the other. Taking the lock
 * of that row would not do: a cluster's other nodes know nothing of it, and could let the other through after we looked.
 */
export function hasCommitted(dataSource: DataSource, uid: string): Promise<boolean> {
  return inTransaction(dataSource, async (ledger) => {
    await takeNumber(ledger);
    const isThere = await ledger.existsBy(Operation, { uid });
    await ledger.query('UPDATE pool SET lastOperation = lastOperation - 1 WHERE id = 1');
    return isThere;
  });
}
