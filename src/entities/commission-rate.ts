import { Field, ObjectType } from 'type-graphql';
import { Entity, PrimaryGeneratedColumn } from 'typeorm';
import { DateTime } from '../scalars/date-time';
import { Percentage } from '../scalars/percentage';
import type { Ppm } from '../values/percentage';
import { IdColumn, PpmColumn, References, TimeColumn } from './columns';
import { User } from './user';

@ObjectType({
  simpleResolvers: true,
  description: "The company's part of a positive profit, from that time on until the next one was set.",
})
@Entity('commission_rates')
export class CommissionRate {
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  @Field(() => Percentage)
  @PpmColumn()
  rate!: Ppm;

  /** Null: by the settings of the first start. */
  @IdColumn({ nullable: true })
  setById!: number | null;

  @References(() => User, 'setById', 'commission_rates_set_by', true)
  setBy?: User | null;

  @Field(() => DateTime)
  @TimeColumn()
  setAt!: Date;
}
