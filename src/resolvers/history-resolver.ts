import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import type { Context } from './context';
import { PoolPointType } from './types/pool-point';

/** Part of the admin schema only. */
@Resolver()
export class HistoryResolver {
  @Query(() => [PoolPointType], {
    description: `Capital and company revenue over time, oldest first. Splits the time between the first and the last booking
into \`points\` equal intervals and returns both balances at the end of each interval that has a booking.
The last point holds the current balances.`,
  })
  poolHistory(
    @Arg('points', () => Int, { nullable: true, defaultValue: 200, description: '1 to 1000.' }) points: number | null,
    @Ctx() { services }: Context,
  ): Promise<PoolPointType[]> {
    return services.history.pool(points ?? 200);
  }
}
