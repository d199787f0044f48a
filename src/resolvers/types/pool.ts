import { Field, Int, ObjectType } from 'type-graphql';
import { Money } from '../../scalars/money';
import { Percentage } from '../../scalars/percentage';
import type { PoolFigures } from '../../services/pool-service';
import type { Cents } from '../../values/money';
import type { Ppm } from '../../values/percentage';

@ObjectType({ simpleResolvers: true })
export class Pool implements PoolFigures {
  @Field(() => String, { description: 'ISO 4217 code.' })
  currency!: string;

  @Field(() => Percentage, { description: "The company's part of a positive profit, for the next sale." })
  commissionRate!: Ppm;

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
