import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { type Context, viewerOf } from './context';
import { Session } from './types/session';

@Resolver()
export class SessionResolver {
  @Mutation(() => Session, {
    description: 'Anyone. Limited to a few wrong tries a minute for an address and for an account.',
  })
  login(
    @Arg('email', () => String) email: string,
    @Arg('password', () => String) password: string,
    @Ctx() { services, address }: Context,
  ): Promise<Session> {
    return services.sessions.login(email, password, address);
  }

  @Mutation(() => Session, {
    description: 'Any signed-in role. Every older token of the account stops working.',
  })
  changePassword(
    @Arg('currentPassword', () => String) currentPassword: string,
    @Arg('newPassword', () => String) newPassword: string,
    @Ctx() context: Context,
  ): Promise<Session> {
    return context.services.sessions.changePassword(viewerOf(context), currentPassword, newPassword);
  }
}
