import { type DataSource, LessThan } from 'typeorm';
import { Operation } from '../entities/operation';
import { badInput } from './errors';
import { checkFirst } from './page';

/** The journal of committed critical operations. */
export class OperationService {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first; `before` pages on from that number. @throws Refusal BAD_USER_INPUT */
  list(first: number, before: number | null | undefined): Promise<Operation[]> {
    checkFirst(first);
    if (before !== null && before !== undefined && before < 1) {
      throw badInput(`before must be an operation number, 1 or more, not ${before}.`);
    }
    return this.dataSource.manager.find(Operation, {
      where: before === null || before === undefined ? {} : { number: LessThan(before) },
      order: { number: 'DESC' },
      take: first,
    });
  }
}
