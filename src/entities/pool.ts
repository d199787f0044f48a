import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The one row that every critical operation locks first: it puts them in order and numbers them without gaps. */
@Entity('pool')
export class PoolState {
  @PrimaryColumn({ type: 'tinyint', unsigned: true })
  id!: number;

  @Column({ type: 'int', unsigned: true })
  lastOperation!: number;
}
