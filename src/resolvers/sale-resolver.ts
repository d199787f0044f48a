import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Payment } from '../entities/payment';
import { Sale } from '../entities/sale';
import { User } from '../entities/user';
import { Vehicle } from '../entities/vehicle';
import type { Context } from './context';

@Resolver(() => Sale)
export class SaleResolver {
  @FieldResolver(() => Vehicle)
  vehicle(@Root() { vehicleId }: Sale, @Ctx() { loaders }: Context): Promise<Vehicle> {
    return loaders.vehicle.load(vehicleId);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Null for an INVESTOR.' })
  soldBy(@Root() { soldById }: Sale, @Ctx() { loaders }: Context): Promise<User> {
    return loaders.user.load(soldById);
  }

  @FieldResolver(() => [Payment], { description: 'For an INVESTOR: the own ones only.' })
  payments(@Root() { id }: Sale, @Ctx() { loaders }: Context): Promise<Payment[]> {
    return loaders.paymentsOfSale.load(id);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Null for an INVESTOR.' })
  async reversedBy(@Root() { reversedById }: Sale, @Ctx() { loaders }: Context): Promise<User | null> {
    return reversedById === null ? null : loaders.user.load(reversedById);
  }
}
