import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import type { Context } from './context';
import { PoolPointType } from './types/pool-point';

/** Of the admin schema alone. */
@Resolver()
export class HistoryResolver {
  @Query(() => [PoolPointType], {
    description: `Capital and company revenue over time, oldest first: where both stood at the last booking of each of that
many equal stretches of time, those without a booking left out. The last point is today's.`,
  })
  poolHistory(
    @Arg('points', () => Int, { nullable: true, defaultValue: 200, description: '1 to 1000.' }) points: number | null,
    @Ctx() { services }: Context,
  ): Promise<PoolPointType[]> {
    return services.history.pool(points ?? 200);
  }
}
