import type { DataSource } from 'typeorm';
import { Operation } from '../entities/operation';
import { badInput } from './errors';
import { hasCommitted } from './numbers';
import type { OperationQueue } from './operation-queue';
import { checkFirst } from './page';
import { tryAgain } from './retry';
import { readRows } from './rows';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The journal of committed critical operations. */
export class OperationService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly queue: OperationQueue,
  ) {}

  /**
   * The operation of that identity, or null where it was not committed and never will be: one that is still under way
   * is waited for.
   * @throws Refusal SERVICE_UNAVAILABLE
   */
  async find(uid: string): Promise<Operation | null> {
    if (!UUID.test(uid)) return null;
    const look = async (): Promise<Operation | null> => {
      const found = { where: [['uid = ?', uid.toLowerCase()] as const] };
      return (await readRows(this.dataSource.manager, Operation, found))[0] ?? null;
    };
    const found = await look();
    if (found !== null) return found;
    const settle = (retryForMs: number): Promise<boolean> =>
      tryAgain(() => hasCommitted(this.dataSource, uid.toLowerCase()), { retryForMs });
    return (await this.queue.run(settle)) ? look() : null;
  }

  /** Newest first; `before` pages on from that number. @throws Refusal BAD_USER_INPUT */
  list(first: number, before: number | null | undefined): Promise<Operation[]> {
    checkFirst(first);
    if (before !== null && before !== undefined && before < 1) {
      throw badInput(`before must be an operation number, 1 or more, not ${before}.`, 'before');
    }
    return readRows(this.dataSource.manager, Operation, {
      ...(before == null ? {} : { where: [['number < ?', before] as const] }),
      orderBy: 'number DESC',
      limit: first,
    });
  }
}
