import { Entity, PrimaryColumn, Column } from 'typeorm';

/**
 * The one row that numbers changes without gaps. It is locked last in each transaction, so that nothing waits for more than
 * a commit.
 */
@Entity('change_counter')
export class ChangeCounter {
  @PrimaryColumn({ type: 'tinyint', unsigned: true })
  id!: number;

  @Column({ type: 'int', unsigned: true })
  lastChange!: number;

  /** The last operation before there was a journal of changes: it knows nothing of those up to this one. */
  @Column({ type: 'int', unsigned: true })
  operationsBefore!: number;
}
