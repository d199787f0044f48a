import { Ctx, Query, Resolver } from 'type-graphql';
import type { Context } from './context';
import { Pool } from './types/pool';

@Resolver()
export class PoolResolver {
  @Query(() => Pool, { description: 'Any signed-in role.' })
  pool(@Ctx() { services }: Context): Promise<Pool> {
    return services.pool.figures();
  }
}
