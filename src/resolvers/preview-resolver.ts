import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { User } from '../entities/user';
import { Money } from '../scalars/money';
import type { Cents } from '../values/money';
import { type Context, viewerOf } from './context';
import { ConfirmationPreviewType, MemberPreviewType, SalePreviewType } from './types/preview';

@Resolver(() => MemberPreviewType)
export class PreviewResolver {
  @Query(() => SalePreviewType, {
    description: 'OPERATOR, ADMIN. What sellVehicle would book now, or its refusal. Nothing is changed or locked.',
  })
  previewSale(
    @Arg('vehicleId', () => ID, { description: 'The id of a vehicle that is for sale.' }) vehicleId: string,
    @Arg('price', () => Money, { description: 'What the buyer would pay.' }) price: Cents,
    @Ctx() { services }: Context,
  ): Promise<SalePreviewType> {
    return services.vehicles.previewSale(vehicleId, price);
  }

  @Query(() => ConfirmationPreviewType, {
    description: 'OPERATOR, ADMIN. What confirmPayment would book now, or its refusal. Nothing is changed or locked.',
  })
  previewConfirmation(
    @Arg('paymentId', () => ID, { description: 'The id of a PENDING payment.' }) paymentId: string,
    @Ctx() context: Context,
  ): Promise<ConfirmationPreviewType> {
    return context.services.payments.previewConfirmation(viewerOf(context), paymentId);
  }

  @FieldResolver(() => User, { description: 'Whose history.' })
  user(@Root() { userId }: MemberPreviewType, @Ctx() { loaders }: Context): Promise<User> {
    return loaders.user.load(userId);
  }
}
