import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { CommissionRate } from '../entities/commission-rate';
import { User } from '../entities/user';
import { Percentage } from '../scalars/percentage';
import type { Ppm } from '../values/percentage';
import { type Context, viewerOf } from './context';
import { Pool } from './types/pool';

/** Of the admin schema alone. */
@Resolver(() => CommissionRate)
export class CommissionRateResolver {
  @Query(() => [CommissionRate], { description: 'Every rate that was ever set, newest first.' })
  commissionRates(
    @Arg('first', () => Int, { nullable: true, defaultValue: 50, description: '1 to 1000.' }) first: number | null,
    @Ctx() { services }: Context,
  ): Promise<CommissionRate[]> {
    return services.pool.commissionRates(first ?? 50);
  }

  @Mutation(() => Pool, {
    description:
      'The rate of future sales: each sale keeps the rate that it was booked with. The same rate changes nothing.',
  })
  setCommissionRate(@Arg('rate', () => Percentage) rate: Ppm, @Ctx() context: Context): Promise<Pool> {
    return context.services.pool.setCommissionRate(viewerOf(context), rate);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Null for the rate of the first start.' })
  async setBy(@Root() { setById }: CommissionRate, @Ctx() { loaders }: Context): Promise<User | null> {
    return setById === null ? null : loaders.user.load(setById);
  }
}
