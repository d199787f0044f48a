import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Ppm } from '../values/percentage';
import { EXACT, PpmColumn } from './columns';

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

  /** Random; each restore makes a new one. Tokens name it, so that a restore makes every token void. */
  @Column({ type: 'char', length: 36, nullable: true, ...EXACT })
  epoch!: string | null;

  /** ISO 4217 code; null until the first start has settled it, as the next one is. */
  @Column({ type: 'char', length: 3, nullable: true, ...EXACT })
  currency!: string | null;

  /** The company's part of a positive profit, for the next sale. */
  @PpmColumn({ nullable: true })
  commissionRate!: Ppm | null;
}
