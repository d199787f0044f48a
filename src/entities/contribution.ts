import { Field, ID, ObjectType } from 'type-graphql';
import { Entity, PrimaryGeneratedColumn } from 'typeorm';
import { DateTime } from '../scalars/date-time';
import { Money } from '../scalars/money';
import { Percentage } from '../scalars/percentage';
import type { Cents } from '../values/money';
import type { Ppm } from '../values/percentage';
import { CentsColumn, IdColumn, PpmColumn, References, TimeColumn } from './columns';
import { Payment } from './payment';
import { User } from './user';

@ObjectType({
  simpleResolvers: true,
  description: "One line of an account's history: what changed, and where it left balance and share.",
})
@Entity('contributions')
export class Contribution {
  /** A decimal text: every confirmation adds a row a member, so a pool may outgrow 32 bits. */
  @Field(() => ID)
  @PrimaryGeneratedColumn({ type: 'bigint', unsigned: true })
  id!: string;

  @IdColumn()
  userId!: number;

  @References(() => User, 'userId', 'contributions_user')
  user?: User;

  @IdColumn()
  paymentId!: number;

  @References(() => Payment, 'paymentId', 'contributions_payment')
  payment?: Payment;

  @Field(() => Money, {
    description: 'The change of the balance; "0.00" where a confirmation only recalculated this account\'s share.',
  })
  @CentsColumn()
  amount!: Cents;

  @Field(() => Money)
  @CentsColumn()
  balance!: Cents;

  @Field(() => Percentage)
  @PpmColumn()
  percentage!: Ppm;

  @Field(() => DateTime)
  @TimeColumn()
  createdAt!: Date;
}
