import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { Context } from './context';
import { OperationReceiptType } from './types/operation-receipt';

/** Of both schemas; what tells of backups is in operation-resolver.ts. */
@Resolver()
export class OperationReceiptResolver {
  @Query(() => OperationReceiptType, {
    nullable: true,
    description:
      'OPERATOR, ADMIN: whether an operation whose outcome was unknown was committed; null where it was not, and will not be.',
  })
  operation(@Arg('uid', () => ID) uid: string, @Ctx() { services }: Context): Promise<OperationReceiptType | null> {
    return services.operations.find(uid);
  }
}
