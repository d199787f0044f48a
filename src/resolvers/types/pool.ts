import { Field, Int, ObjectType } from 'type-graphql';
import { Money } from '../../scalars/money';
import type { PoolFigures } from '../../services/pool-service';
import type { Cents } from '../../values/money';

@ObjectType({ simpleResolvers: true })
export class Pool implements PoolFigures {
  @Field(() => String, { description: 'ISO 4217 code.' })
  currency!: string;

  @Field(() => Money, { description: "The sum of all members' balances (OPERATOR and INVESTOR)." })
  capital!: Cents;

  @Field(() => Money, { description: 'The cost of the vehicles that are for sale.' })
  invested!: Cents;

  @Field(() => Money, { description: 'capital - invested; negative while the company fronts a purchase.' })
  available!: Cents;

  @Field(() => Money, { description: "The COMPANY account's balance." })
  companyRevenue!: Cents;

  @Field(() => Money, { description: 'The profit of all sales in force.' })
  profit!: Cents;

  @Field(() => Int)
  vehiclesForSale!: number;

  @Field(() => Int)
  vehiclesSold!: number;

  @Field(() => Int, { description: 'Members with a share above zero.' })
  members!: number;
}
