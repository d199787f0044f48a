import { Column, Entity, PrimaryColumn } from 'typeorm';
import { EXACT } from './columns';

/** The one row that every critical operation locks first: it puts them in order and numbers them without gaps. */
@Entity('pool')
export class PoolState {
  @PrimaryColumn({ type: 'tinyint', unsigned: true })
  id!: number;

  @Column({ type: 'int', unsigned: true })
  lastOperation!: number;

  /** Tells this pool from every other: copies of the backups of several may lie in one place. */
  @Column({ type: 'char', length: 36, ...EXACT })
  uid!: string;
}
