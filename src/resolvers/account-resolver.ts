import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { User } from '../entities/user';
import type { Context } from './context';

/** Of the admin schema alone. Each change makes every older token of the account stop working. */
@Resolver()
export class AccountResolver {
  @Mutation(() => User, {
    description: 'Nobody can sign in as the account any more; what it holds stays. Refused for the last ADMIN.',
  })
  disableUser(@Arg('id', () => ID) id: string, @Ctx() { services }: Context): Promise<User> {
    return services.accounts.disable(id);
  }

  @Mutation(() => User, { description: 'The account can sign in again.' })
  enableUser(@Arg('id', () => ID) id: string, @Ctx() { services }: Context): Promise<User> {
    return services.accounts.enable(id);
  }

  @Mutation(() => User, { description: 'Sets a new password for an account whose owner lost it.' })
  resetPassword(
    @Arg('id', () => ID) id: string,
    @Arg('newPassword', () => String) newPassword: string,
    @Ctx() { services }: Context,
  ): Promise<User> {
    return services.accounts.resetPassword(id, newPassword);
  }

  @Mutation(() => User, { description: 'Signs the account out everywhere.' })
  revokeTokens(@Arg('id', () => ID) id: string, @Ctx() { services }: Context): Promise<User> {
    return services.accounts.revokeTokens(id);
  }
}
