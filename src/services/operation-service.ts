import type { DataSource } from 'typeorm';
import { Operation } from '../entities/operation';
import { badInput } from './errors';
import { checkFirst } from './page';
import { readRows } from './rows';

/** The journal of committed critical operations. */
export class OperationService {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first; `before` pages on from that number. @throws Refusal BAD_USER_INPUT */
  list(first: number, before: number | null | undefined): Promise<Operation[]> {
    checkFirst(first);
    if (before !== null && before !== undefined && before < 1) {
      throw badInput(`before must be an operation number, 1 or more, not ${before}.`);
    }
    return readRows(this.dataSource.manager, Operation, {
      ...(before == null ? {} : { where: ['number < ?'], parameters: [before] }),
      orderBy: 'number DESC',
      limit: first,
    });
  }
}
