import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Contribution } from '../entities/contribution';
import type { Payment } from '../entities/payment';
import { User } from '../entities/user';
import { Refusal } from '../services/errors';
import { isStaff } from '../services/roles';
import { type Context, viewerOf } from './context';
import { asked, ContributionArguments, PaymentArguments, UserArguments } from './types/arguments';
import {
  type Connection,
  connection,
  ContributionConnection,
  PaymentConnection,
  UserConnection,
} from './types/connections';
import { CreateUserInput, UpdateUserInput } from './types/inputs';

@Resolver(() => User)
export class UserResolver {
  @Query(() => User, { description: 'The account that asks. Any signed-in role.' })
  me(@Ctx() context: Context): User {
    return viewerOf(context);
  }

  @Query(() => UserConnection, { description: 'OPERATOR, ADMIN. Oldest account first.' })
  async users(@Args() { role, ...list }: UserArguments, @Ctx() { services }: Context): Promise<Connection<User>> {
    return connection(await services.lists.users(asked(list, { role })));
  }

  @Query(() => User, { nullable: true, description: 'OPERATOR, ADMIN: any account. Others: only their own.' })
  async user(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<User | null> {
    const viewer = viewerOf(context);
    if (!isStaff(viewer) && id !== String(viewer.id)) {
      throw new Refusal('FORBIDDEN', 'Only OPERATOR and ADMIN may look at another account.');
    }
    return context.services.users.find(id);
  }

  @Mutation(() => User, { description: 'ADMIN.' })
  createUser(@Arg('input', () => CreateUserInput) input: CreateUserInput, @Ctx() context: Context): Promise<User> {
    return context.services.users.createOnce(viewerOf(context), input);
  }

  @Mutation(() => User, {
    description:
      'ADMIN. Corrects an account. The journal of changes has it before and after. With a new role the account has to sign in again.',
  })
  updateUser(
    @Arg('input', () => UpdateUserInput, { description: 'What is corrected.' }) input: UpdateUserInput,
    @Ctx() context: Context,
  ): Promise<User> {
    return context.services.updates.user(viewerOf(context), input);
  }

  @FieldResolver(() => PaymentConnection)
  async payments(
    @Root() user: User,
    @Args() { status, kind, ...list }: PaymentArguments,
    @Ctx() { loaders }: Context,
  ): Promise<Connection<Payment>> {
    return connection(await loaders.paymentsOfUser(user.id, asked(list, { status, kind })));
  }

  @FieldResolver(() => ContributionConnection, { description: 'Newest first.' })
  async contributions(
    @Root() user: User,
    @Args() list: ContributionArguments,
    @Ctx() { loaders }: Context,
  ): Promise<Connection<Contribution>> {
    return connection(await loaders.contributionsOfUser(user.id, asked(list)));
  }
}
