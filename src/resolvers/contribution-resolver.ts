import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Contribution } from '../entities/contribution';
import { Payment } from '../entities/payment';
import { User } from '../entities/user';
import type { Context } from './context';

@Resolver(() => Contribution)
export class ContributionResolver {
  @FieldResolver(() => User)
  user(@Root() { userId }: Contribution, @Ctx() { loaders }: Context): Promise<User> {
    return loaders.user.load(userId);
  }

  @FieldResolver(() => Payment)
  payment(@Root() { paymentId }: Contribution, @Ctx() { loaders }: Context): Promise<Payment> {
    return loaders.payment.load(paymentId);
  }
}
