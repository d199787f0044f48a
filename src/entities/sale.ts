import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { DateTime } from '../scalars/date-time';
import { Money } from '../scalars/money';
import { Percentage } from '../scalars/percentage';
import type { Cents } from '../values/money';
import type { Ppm } from '../values/percentage';
import { CentsColumn, IdColumn, PpmColumn, References, TimeColumn } from './columns';
import { User } from './user';
import { Vehicle } from './vehicle';

@ObjectType({ simpleResolvers: true })
@Entity('sales')
@Index('sales_by_time', ['soldAt', 'id'])
@Index('sales_by_reversal', ['reversedAt', 'soldAt', 'id'])
export class Sale {
  @Field(() => ID)
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  @IdColumn()
  vehicleId!: number;

  @References(() => Vehicle, 'vehicleId', 'sales_vehicle')
  vehicle?: Vehicle;

  @Field(() => Money)
  @CentsColumn()
  price!: Cents;

  @Field(() => Money, { description: 'price - vehicle.cost; may be zero or negative.' })
  @CentsColumn()
  profit!: Cents;

  @Field(() => Money, { description: "The company's part of a positive profit." })
  @CentsColumn()
  commission!: Cents;

  @Field(() => Money, {
    description: 'What the investors received: profit - commission, or 0.00 where nobody held a share.',
  })
  @CentsColumn()
  distributed!: Cents;

  @Field(() => DateTime)
  @TimeColumn()
  soldAt!: Date;

  @IdColumn()
  soldById!: number;

  @References(() => User, 'soldById', 'sales_sold_by')
  soldBy?: User;

  @Field(() => Int, { description: 'Whole days from boughtAt to soldAt.' })
  @Column({ type: 'int', unsigned: true, comment: 'days' })
  daysHeld!: number;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  reversedAt!: Date | null;

  @IdColumn({ nullable: true })
  reversedById!: number | null;

  @References(() => User, 'reversedById', 'sales_reversed_by', true)
  reversedBy?: User | null;

  @Field(() => String, { nullable: true, description: 'Null for an INVESTOR.' })
  @Column({ type: 'varchar', length: 500, nullable: true })
  reversalReason!: string | null;

  /** Null in the database alone, between the migration that brought it and the start after it. */
  @Field(() => Percentage, { description: "The company's part of a profit, as it was when this was sold." })
  @PpmColumn({ nullable: true })
  commissionRate!: Ppm;
}
