import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { DateTime } from '../scalars/date-time';
import { Money } from '../scalars/money';
import type { Cents } from '../values/money';
import { CentsColumn, IdColumn, References, TimeColumn } from './columns';
import { VehicleStatus } from './enums';
import { User } from './user';

@ObjectType({ simpleResolvers: true })
@Entity('vehicles')
@Index('vehicles_by_cost', ['cost', 'id'])
@Index('vehicles_by_status', ['status', 'boughtAt', 'id'])
@Index('vehicles_newest', ['boughtAt', 'id'])
@Index('vehicles_vin', ['vin', 'counts'], { unique: true })
export class Vehicle {
  @Field(() => ID)
  @PrimaryGeneratedColumn({ type: 'int', unsigned: true })
  id!: number;

  @Field(() => String)
  @Column({ type: 'varchar', length: 200 })
  title!: string;

  @Field(() => String, {
    nullable: true,
    description: '17-character vehicle identification number; unique among vehicles that are not CANCELLED.',
  })
  @Column({ type: 'varchar', length: 17, nullable: true })
  vin!: string | null;

  @Field(() => Int, { nullable: true })
  @Column({ type: 'int', unsigned: true, nullable: true })
  year!: number | null;

  @Field(() => Int, { nullable: true, description: 'Odometer reading in kilometres.' })
  @Column({ type: 'int', unsigned: true, nullable: true })
  mileage!: number | null;

  @Field(() => Money)
  @CentsColumn()
  cost!: Cents;

  @Field(() => Money, { nullable: true })
  @CentsColumn({ nullable: true })
  plannedPrice!: Cents | null;

  @Field(() => VehicleStatus)
  @Column({ type: 'enum', enum: VehicleStatus })
  status!: VehicleStatus;

  @Field(() => DateTime)
  @TimeColumn()
  boughtAt!: Date;

  @IdColumn()
  boughtById!: number;

  @References(() => User, 'boughtById', 'vehicles_bought_by')
  boughtBy?: User;

  /** 1; null where the purchase was undone, so that another vehicle may have the VIN. */
  @Column({ type: 'tinyint', unsigned: true, nullable: true, default: 1 })
  counts!: number | null;

  @Field(() => DateTime, { nullable: true, description: 'When the purchase was undone.' })
  @TimeColumn({ nullable: true })
  cancelledAt!: Date | null;

  @IdColumn({ nullable: true })
  cancelledById!: number | null;

  @References(() => User, 'cancelledById', 'vehicles_cancelled_by', true)
  cancelledBy?: User | null;

  @Field(() => String, { nullable: true, description: 'Null for an INVESTOR.' })
  @Column({ type: 'varchar', length: 500, nullable: true })
  cancellationReason!: string | null;
}
