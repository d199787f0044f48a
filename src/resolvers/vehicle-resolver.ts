import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Sale } from '../entities/sale';
import { User } from '../entities/user';
import { Vehicle } from '../entities/vehicle';
import { type Context, viewerOf } from './context';
import { asked, VehicleArguments } from './types/arguments';
import { type Connection, connection, VehicleConnection } from './types/connections';
import {
  BuyVehicleInput,
  SellVehicleInput,
  UnbuyVehicleInput,
  UnsellVehicleInput,
  UpdateVehicleInput,
} from './types/inputs';

// The public schema must not mention backups.
const CRITICAL = 'OPERATOR, ADMIN. One transaction: all of it or nothing.';

@Resolver(() => Vehicle)
export class VehicleResolver {
  @Query(() => VehicleConnection, {
    description: 'Any signed-in role. Newest purchase first; `search` matches title and VIN.',
  })
  async vehicles(
    @Args() { status, search, ...list }: VehicleArguments,
    @Ctx() { services }: Context,
  ): Promise<Connection<Vehicle>> {
    return connection(await services.lists.vehicles(asked(list, { status, text: search })));
  }

  @Query(() => Vehicle, { nullable: true })
  vehicle(@Arg('id', () => ID) id: string, @Ctx() { services }: Context): Promise<Vehicle | null> {
    return services.vehicles.find(id);
  }

  @Mutation(() => Vehicle, { description: CRITICAL })
  buyVehicle(@Arg('input', () => BuyVehicleInput) input: BuyVehicleInput, @Ctx() context: Context): Promise<Vehicle> {
    return context.services.vehicles.buy(viewerOf(context), input);
  }

  @Mutation(() => Vehicle, { description: CRITICAL })
  sellVehicle(
    @Arg('input', () => SellVehicleInput) input: SellVehicleInput,
    @Ctx() context: Context,
  ): Promise<Vehicle> {
    return context.services.vehicles.sell(viewerOf(context), input);
  }

  @Mutation(() => Vehicle, { description: CRITICAL })
  unsellVehicle(
    @Arg('input', () => UnsellVehicleInput) input: UnsellVehicleInput,
    @Ctx() context: Context,
  ): Promise<Vehicle> {
    return context.services.vehicles.unsell(viewerOf(context), input);
  }

  @Mutation(() => Vehicle, { description: `${CRITICAL} Undoes the purchase of a vehicle that was never sold.` })
  unbuyVehicle(
    @Arg('input', () => UnbuyVehicleInput) input: UnbuyVehicleInput,
    @Ctx() context: Context,
  ): Promise<Vehicle> {
    return context.services.vehicles.unbuy(viewerOf(context), input);
  }

  @Mutation(() => Vehicle, {
    description:
      'OPERATOR, ADMIN. Corrects facts about a vehicle, never its cost. The journal of changes has them before and after.',
  })
  updateVehicle(
    @Arg('input', () => UpdateVehicleInput, { description: 'What is corrected.' }) input: UpdateVehicleInput,
    @Ctx() context: Context,
  ): Promise<Vehicle> {
    return context.services.updates.vehicle(viewerOf(context), input);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Who undid the purchase; null for an INVESTOR.' })
  async cancelledBy(@Root() { cancelledById }: Vehicle, @Ctx() { loaders }: Context): Promise<User | null> {
    return cancelledById === null ? null : loaders.user.load(cancelledById);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Null for an INVESTOR.' })
  boughtBy(@Root() { boughtById }: Vehicle, @Ctx() { loaders }: Context): Promise<User> {
    return loaders.user.load(boughtById);
  }

  @FieldResolver(() => Sale, { nullable: true, description: 'The sale in force; null while the vehicle is for sale.' })
  async sale(@Root() { id }: Vehicle, @Ctx() { loaders }: Context): Promise<Sale | null> {
    const sales = await loaders.salesOfVehicle.load(id);
    return sales.find(({ reversedAt }) => reversedAt === null) ?? null;
  }

  @FieldResolver(() => [Sale], { description: 'Every sale, reversed ones included, newest first.' })
  sales(@Root() { id }: Vehicle, @Ctx() { loaders }: Context): Promise<Sale[]> {
    return loaders.salesOfVehicle.load(id);
  }
}
