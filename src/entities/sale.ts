import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { DateTime } from '../scalars/date-time';
import { Money } from '../scalars/money';
import type { Cents } from '../values/money';
import { CentsColumn, IdColumn, References, TimeColumn } from './columns';
import { User } from './user';
import { Vehicle } from './vehicle';

@ObjectType({ simpleResolvers: true })
@Entity('sales')
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

  @Field(() => String, { nullable: true })
  @Column({ type: 'varchar', length: 500, nullable: true })
  reversalReason!: string | null;
}
