import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { User } from '../entities/user';
import { type Context, viewerOf } from './context';

/** Part of the admin schema only. Each change invalidates all older tokens of the account. */
@Resolver()
export class AccountResolver {
  @Mutation(() => User, {
    description: 'The account can no longer sign in; its balance and share stay. Refused for the last ADMIN.',
  })
  disableUser(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<User> {
    return context.services.accounts.disable(viewerOf(context), id);
  }

  @Mutation(() => User, { description: 'The account can sign in again.' })
  enableUser(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<User> {
    return context.services.accounts.enable(viewerOf(context), id);
  }

  @Mutation(() => User, { description: 'Sets a new password for an account whose owner lost the old one.' })
  resetPassword(
    @Arg('id', () => ID) id: string,
    @Arg('newPassword', () => String) newPassword: string,
    @Ctx() context: Context,
  ): Promise<User> {
    return context.services.accounts.resetPassword(viewerOf(context), id, newPassword);
  }

  @Mutation(() => User, { description: 'Signs the account out on all devices.' })
  revokeTokens(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<User> {
    return context.services.accounts.revokeTokens(viewerOf(context), id);
  }
}
