import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { DateTime } from '../scalars/date-time';
import { Money } from '../scalars/money';
import type { Cents } from '../values/money';
import { CentsColumn, IdColumn, References, TimeColumn } from './columns';
import { PaymentKind, PaymentStatus } from './enums';
import { Sale } from './sale';
import { User } from './user';

@ObjectType({ simpleResolvers: true })
@Entity('payments')
@Index('payments_by_time', ['createdAt', 'id'])
@Index('payments_by_amount', ['amount', 'id'])
@Index('payments_by_status', ['status', 'id'])
@Index('payments_by_kind', ['kind', 'id'])
@Index('payments_by_status_and_kind', ['status', 'kind', 'id'])
export class Payment {
  @Field(() => ID)
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  @IdColumn()
  userId!: number;

  @References(() => User, 'userId', 'payments_user')
  user?: User;

  @Field(() => PaymentKind)
  @Column({ type: 'enum', enum: PaymentKind })
  kind!: PaymentKind;

  @Field(() => PaymentStatus)
  @Column({ type: 'enum', enum: PaymentStatus })
  status!: PaymentStatus;

  @Field(() => Money, {
    description: 'Signed effect on the balance: a withdrawal and the reversal of an income are negative.',
  })
  @CentsColumn()
  amount!: Cents;

  @IdColumn({ nullable: true })
  saleId!: number | null;

  @References(() => Sale, 'saleId', 'payments_sale', true)
  sale?: Sale | null;

  @IdColumn({ nullable: true })
  reversesId!: number | null;

  @References(() => Payment, 'reversesId', 'payments_reverses', true)
  reverses?: Payment | null;

  @Field(() => String, { nullable: true })
  @Column({ type: 'varchar', length: 500, nullable: true })
  note!: string | null;

  @Field(() => DateTime)
  @TimeColumn()
  createdAt!: Date;

  /** Who asked for a deposit or a withdrawal; null where a sale or its reversal booked the payment. */
  @IdColumn({ nullable: true })
  requestedById!: number | null;

  @References(() => User, 'requestedById', 'payments_requested_by', true)
  requestedBy?: User | null;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  confirmedAt!: Date | null;

  @IdColumn({ nullable: true })
  confirmedById!: number | null;

  @References(() => User, 'confirmedById', 'payments_confirmed_by', true)
  confirmedBy?: User | null;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  rejectedAt!: Date | null;

  @IdColumn({ nullable: true })
  rejectedById!: number | null;

  @References(() => User, 'rejectedById', 'payments_rejected_by', true)
  rejectedBy?: User | null;

  @Field(() => String, { nullable: true })
  @Column({ type: 'varchar', length: 500, nullable: true })
  rejectionReason!: string | null;
}
