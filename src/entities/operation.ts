import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { DateTime } from '../scalars/date-time';
import { EXACT, IdColumn, References, TimeColumn } from './columns';
import { OperationKind } from './enums';
import { Payment } from './payment';
import { Sale } from './sale';
import { User } from './user';
import { Vehicle } from './vehicle';

@ObjectType({
  simpleResolvers: true,
  description: 'One committed critical operation. Numbers have no gaps and follow the order of the commits.',
})
@Entity('operations')
@Index('operations_by_time', ['at', 'number'])
@Index('operations_by_kind', ['kind', 'number'])
export class Operation {
  @Field(() => Int)
  @PrimaryColumn({ type: 'int', unsigned: true })
  number!: number;

  /** Tells this operation from the one that got the same number after a restore. */
  @Field(() => ID, { description: 'Never given to a second operation, also where a restore gives out a number again.' })
  @Index('operations_uid', { unique: true })
  @Column({ type: 'char', length: 36, ...EXACT })
  uid!: string;

  @Field(() => OperationKind)
  @Column({ type: 'enum', enum: OperationKind })
  kind!: OperationKind;

  @IdColumn()
  actorId!: number;

  @References(() => User, 'actorId', 'operations_actor')
  actor?: User;

  @IdColumn({ nullable: true })
  vehicleId!: number | null;

  @References(() => Vehicle, 'vehicleId', 'operations_vehicle', true)
  vehicle?: Vehicle | null;

  @IdColumn({ nullable: true })
  saleId!: number | null;

  @References(() => Sale, 'saleId', 'operations_sale', true)
  sale?: Sale | null;

  @IdColumn({ nullable: true })
  paymentId!: number | null;

  @References(() => Payment, 'paymentId', 'operations_payment', true)
  payment?: Payment | null;

  @Field(() => DateTime)
  @TimeColumn()
  at!: Date;
}
