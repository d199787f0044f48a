import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Payment } from '../entities/payment';
import { Sale } from '../entities/sale';
import { User } from '../entities/user';
import { Vehicle } from '../entities/vehicle';
import type { Context } from './context';
import { asked, SaleArguments, SalePaymentArguments } from './types/arguments';
import { type Connection, connection, PaymentConnection, SaleConnection } from './types/connections';

@Resolver(() => Sale)
export class SaleResolver {
  @Query(() => SaleConnection, { description: 'Any signed-in role. Every sale, reversed ones included. Newest first.' })
  async sales(@Args() list: SaleArguments, @Ctx() { services }: Context): Promise<Connection<Sale>> {
    return connection(await services.lists.sales(asked(list)));
  }

  @Query(() => Sale, { nullable: true, description: 'Any signed-in role.' })
  sale(@Arg('id', () => ID) id: string, @Ctx() { services }: Context): Promise<Sale | null> {
    return services.vehicles.findSale(id);
  }

  @FieldResolver(() => Vehicle)
  vehicle(@Root() { vehicleId }: Sale, @Ctx() { loaders }: Context): Promise<Vehicle> {
    return loaders.vehicle.load(vehicleId);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Null for an INVESTOR.' })
  soldBy(@Root() { soldById }: Sale, @Ctx() { loaders }: Context): Promise<User> {
    return loaders.user.load(soldById);
  }

  @FieldResolver(() => [Payment], {
    description:
      'All of them, one for each member: expensive in a large pool, where paymentsPage gives a part. An INVESTOR sees only their own.',
  })
  payments(@Root() { id }: Sale, @Ctx() { loaders }: Context): Promise<Payment[]> {
    return loaders.paymentsOfSale.load(id);
  }

  @FieldResolver(() => PaymentConnection, { description: 'Newest first. An INVESTOR sees only their own.' })
  async paymentsPage(
    @Root() { id }: Sale,
    @Args() list: SalePaymentArguments,
    @Ctx() { loaders }: Context,
  ): Promise<Connection<Payment>> {
    return connection(await loaders.paymentPageOfSale(id, asked(list)));
  }

  @FieldResolver(() => User, { nullable: true, description: 'Null for an INVESTOR.' })
  async reversedBy(@Root() { reversedById }: Sale, @Ctx() { loaders }: Context): Promise<User | null> {
    return reversedById === null ? null : loaders.user.load(reversedById);
  }
}
