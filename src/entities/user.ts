import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { DateTime } from '../scalars/date-time';
import { Money } from '../scalars/money';
import { Percentage } from '../scalars/percentage';
import type { Cents } from '../values/money';
import type { Ppm } from '../values/percentage';
import { CentsColumn, EXACT, PpmColumn, TimeColumn } from './columns';
import { Role } from './enums';

@ObjectType({ simpleResolvers: true, description: 'An account. Visible to its owner, OPERATOR and ADMIN.' })
@Entity('users')
@Index('users_by_name', ['name', 'id'])
@Index('users_by_disabled', ['disabledAt', 'id'])
@Index('users_by_role', ['role', 'id'])
export class User {
  @Field(() => ID)
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  /**
   * Random, made with the account, and never given out again, as a number may be after a restore. Null for an account that
   * somebody inserted by hand: it gets one when it first signs in.
   */
  @Index('users_uid', { unique: true })
  @Column({ type: 'char', length: 36, nullable: true, ...EXACT })
  uid!: string | null;

  @Field(() => String)
  @Column({ type: 'varchar', length: 200 })
  name!: string;

  @Field(() => String)
  @Index('users_email', { unique: true })
  @Column({ type: 'varchar', length: 254 })
  email!: string;

  /** argon2id in PHC form; null: nobody can sign in as this account. */
  @Column({ type: 'varchar', length: 255, nullable: true })
  passwordHash!: string | null;

  /** Tokens carry it; raising it revokes every older token of the account. */
  @Column({ type: 'int', unsigned: true, default: 0 })
  tokenVersion!: number;

  @Field(() => Role)
  @Column({ type: 'enum', enum: Role })
  role!: Role;

  @Field(() => Money, { description: 'What the account holds now: the sum of its contributions.' })
  @CentsColumn({ default: 0 })
  balance!: Cents;

  @Field(() => Percentage, {
    description: 'The share in force: set by the last payment confirmation, unchanged by sales and reversals.',
  })
  @PpmColumn({ default: 0 })
  percentage!: Ppm;

  /** When the account got its first contribution by a confirmation; from then on each confirmation gives it a row. */
  @TimeColumn({ nullable: true })
  memberSince!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Since when nobody can sign in as the account.' })
  @TimeColumn({ nullable: true })
  disabledAt!: Date | null;

  @Field(() => DateTime)
  @TimeColumn()
  createdAt!: Date;

  /** The pool's epoch when this was read for a request that came with a token; of no row. */
  epoch?: string;
}
