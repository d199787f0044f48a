import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { DateTime } from '../scalars/date-time';
import { EXACT, TimeColumn } from './columns';

/**
 * One committed mutation or command that changed a row: who did what to what, and from where. It points at rows by plain
 * numbers, without foreign keys: the counter is locked while it is written, and a foreign key would then wait for a row.
 */
@ObjectType({
  simpleResolvers: true,
  description:
    'One row of the journal of changes: who changed what. Numbers have no gaps and follow the order of the commits.',
})
@Entity('changes')
@Index('changes_by_kind', ['kind', 'number'])
@Index('changes_by_actor', ['actorId', 'number'])
@Index('changes_by_subject', ['subject', 'subjectId', 'number'])
@Index('changes_by_time', ['at'])
export class Change {
  @Field(() => Int, { description: 'Its place in the order of all changes: from 1 on, without gaps.' })
  @PrimaryColumn({ type: 'int', unsigned: true })
  number!: number;

  /** Tells this change from the one that got the same number after a restore. An operation and its change share it. */
  @Field(() => ID, {
    description: 'Never given to a second change.',
  })
  @Index('changes_uid', { unique: true })
  @Column({ type: 'char', length: 36, ...EXACT })
  uid!: string;

  /** The mutation, or the command, such as "user:create". */
  @Field(() => String, { description: 'The mutation, such as "buyVehicle", or the command, such as "user:create".' })
  @Column({ type: 'varchar', length: 40, ...EXACT })
  kind!: string;

  /** The operation that it is; null where it is none. */
  @Index('changes_operation', { unique: true })
  @Column({ type: 'int', unsigned: true, nullable: true })
  operation!: number | null;

  /** The account; null where no account did it. */
  @Column({ type: 'int', unsigned: true, nullable: true })
  actorId!: number | null;

  /** The name as it was then; of a command, who ran it. */
  @Field(() => String, { description: 'The name of the account as it was then; of a command, who ran it.' })
  @Column({ type: 'varchar', length: 200 })
  actorName!: string;

  /** What was changed, such as "payment". */
  @Field(() => String, {
    nullable: true,
    description: 'What was changed, such as "user", "payment", "vehicle", "pool" or "finding".',
  })
  @Column({ type: 'varchar', length: 20, nullable: true, ...EXACT })
  subject!: string | null;

  @Field(() => ID, { nullable: true, description: 'The id of what was changed.' })
  @Column({ type: 'varchar', length: 64, nullable: true, ...EXACT })
  subjectId!: string | null;

  /** Null for a command. */
  @Field(() => String, {
    nullable: true,
    description: 'By which the answer and the log name the request; null for a command.',
  })
  @Column({ type: 'varchar', length: 64, nullable: true, ...EXACT })
  requestId!: string | null;

  /** The client's network address. */
  @Field(() => String, { nullable: true, description: "The client's network address; null for a command." })
  @Column({ type: 'varchar', length: 64, nullable: true, ...EXACT })
  address!: string | null;

  @Field(() => DateTime, { description: 'When it was made.' })
  @TimeColumn()
  at!: Date;

  /** JSON: what was corrected, before and after. Never a password, a token or a key. */
  @Column({ type: 'text', nullable: true })
  details!: string | null;

  /** SHA-256 of the subject as this change left it; src/services/ledger-check/links.ts has its form. */
  @Column({ type: 'char', length: 64, nullable: true, ...EXACT })
  state!: string | null;

  /** SHA-256 of what the operation booked; null where it is none. */
  @Column({ type: 'char', length: 64, nullable: true, ...EXACT })
  booked!: string | null;

  /** SHA-256 of this row and the hash of the row before. */
  @Field(() => String, { description: 'SHA-256 of this row and of the hash of the row before, in hexadecimal.' })
  @Column({ type: 'char', length: 64, ...EXACT })
  hash!: string;
}
