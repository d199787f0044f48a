import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Payment } from '../entities/payment';
import { Sale } from '../entities/sale';
import { User } from '../entities/user';
import { type Context, viewerOf } from './context';
import { asked, PaymentArguments } from './types/arguments';
import { type Connection, connection, PaymentConnection } from './types/connections';
import { RequestPaymentInput, SAME_KEY } from './types/inputs';

@Resolver(() => Payment)
export class PaymentResolver {
  @Query(() => PaymentConnection, {
    description: 'OPERATOR and ADMIN see all; an INVESTOR sees only their own. Newest first.',
  })
  async payments(
    @Args() { status, kind, ...list }: PaymentArguments,
    @Ctx() context: Context,
  ): Promise<Connection<Payment>> {
    return connection(await context.services.lists.payments(viewerOf(context), asked(list, { status, kind })));
  }

  @Query(() => Payment, { nullable: true })
  payment(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<Payment | null> {
    return context.services.payments.find(viewerOf(context), id);
  }

  @Mutation(() => Payment, {
    description: 'INVESTOR and OPERATOR for themselves; OPERATOR and ADMIN for any member. Moves no money yet.',
  })
  requestPayment(
    @Arg('input', () => RequestPaymentInput) input: RequestPaymentInput,
    @Ctx() context: Context,
  ): Promise<Payment> {
    return context.services.payments.request(viewerOf(context), input);
  }

  @Mutation(() => Payment, { description: 'OPERATOR, ADMIN. Moves no money.' })
  rejectPayment(
    @Arg('id', () => ID) id: string,
    @Arg('reason', () => String, { nullable: true }) reason: string | null | undefined,
    @Arg('idempotencyKey', () => String, { nullable: true, description: SAME_KEY })
    idempotencyKey: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<Payment> {
    return context.services.payments.reject(viewerOf(context), {
      id,
      reason: reason ?? null,
      idempotencyKey: idempotencyKey ?? null,
    });
  }

  @Mutation(() => Payment, {
    description: 'The account that asked for it, while it is PENDING: it becomes REJECTED. Moves no money.',
  })
  cancelPayment(
    @Arg('id', () => ID, { description: 'The id of a PENDING payment.' }) id: string,
    @Arg('idempotencyKey', () => String, { nullable: true, description: SAME_KEY })
    idempotencyKey: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<Payment> {
    return context.services.payments.cancel(viewerOf(context), id, idempotencyKey);
  }

  @Mutation(() => Payment, {
    description: 'OPERATOR, ADMIN. One transaction: all of it or nothing.',
  })
  confirmPayment(
    @Arg('id', () => ID) id: string,
    @Arg('idempotencyKey', () => String, { nullable: true, description: SAME_KEY })
    idempotencyKey: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<Payment> {
    return context.services.payments.confirm(viewerOf(context), id, idempotencyKey);
  }

  @FieldResolver(() => User, {
    nullable: true,
    description: "Null for an INVESTOR who looks at somebody else's, so that one's own history is answered whole.",
  })
  user(@Root() { userId }: Payment, @Ctx() { loaders }: Context): Promise<User> {
    return loaders.user.load(userId);
  }

  @FieldResolver(() => Sale, { nullable: true })
  async sale(@Root() { saleId }: Payment, @Ctx() { loaders }: Context): Promise<Sale | null> {
    return saleId === null ? null : loaders.sale.load(saleId);
  }

  @FieldResolver(() => Payment, { nullable: true, description: 'For a REVERSAL: the payment that it undoes.' })
  async reverses(@Root() { reversesId }: Payment, @Ctx() { loaders }: Context): Promise<Payment | null> {
    return reversesId === null ? null : loaders.payment.load(reversesId);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Null for an INVESTOR.' })
  async confirmedBy(@Root() { confirmedById }: Payment, @Ctx() { loaders }: Context): Promise<User | null> {
    return confirmedById === null ? null : loaders.user.load(confirmedById);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Null for an INVESTOR.' })
  async rejectedBy(@Root() { rejectedById }: Payment, @Ctx() { loaders }: Context): Promise<User | null> {
    return rejectedById === null ? null : loaders.user.load(rejectedById);
  }
}
