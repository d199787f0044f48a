import { Field, ObjectType } from 'type-graphql';
import { DateTime } from '../../scalars/date-time';
import { Money } from '../../scalars/money';
import type { Cents } from '../../values/money';

@ObjectType('PoolPoint', { simpleResolvers: true, description: 'The balances of the pool at one point in time.' })
export class PoolPointType {
  @Field(() => DateTime)
  at!: Date;

  @Field(() => Money, { description: "The sum of all members' balances." })
  capital!: Cents;

  @Field(() => Money, { description: "The COMPANY account's balance." })
  companyRevenue!: Cents;
}
