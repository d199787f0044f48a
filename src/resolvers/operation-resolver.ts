import { Arg, Args, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { Operation } from '../entities/operation';
import { Payment } from '../entities/payment';
import { User } from '../entities/user';
import { Vehicle } from '../entities/vehicle';
import type { Context } from './context';
import { asked, OperationArguments } from './types/arguments';
import { BackupType } from './types/backup';
import { type Connection, connection, OperationConnection } from './types/connections';

/** Part of the admin schema only. */
@Resolver(() => Operation)
export class OperationResolver {
  @Query(() => [Operation], {
    description:
      'Newest first. A plain list, for clients that need no more: operationsPage filters and pages both ways.',
  })
  operations(
    @Arg('first', () => Int, { nullable: true, defaultValue: 50, description: '1 to 1000.' }) first: number | null,
    @Arg('before', () => Int, { nullable: true, description: 'Only operations with smaller numbers.' })
    before: number | null | undefined,
    @Ctx() { services }: Context,
  ): Promise<Operation[]> {
    return services.operations.list(first ?? 50, before);
  }

  @Query(() => OperationConnection, { description: 'Newest first.' })
  async operationsPage(@Args() list: OperationArguments, @Ctx() { services }: Context): Promise<Connection<Operation>> {
    return connection(await services.lists.operations(asked(list)));
  }

  @FieldResolver(() => User)
  actor(@Root() { actorId }: Operation, @Ctx() { loaders }: Context): Promise<User> {
    return loaders.user.load(actorId);
  }

  @FieldResolver(() => Vehicle, { nullable: true })
  async vehicle(@Root() { vehicleId }: Operation, @Ctx() { loaders }: Context): Promise<Vehicle | null> {
    return vehicleId === null ? null : loaders.vehicle.load(vehicleId);
  }

  @FieldResolver(() => Payment, { nullable: true })
  async payment(@Root() { paymentId }: Operation, @Ctx() { loaders }: Context): Promise<Payment | null> {
    return paymentId === null ? null : loaders.payment.load(paymentId);
  }

  @FieldResolver(() => BackupType, {
    nullable: true,
    description:
      'The oldest kept backup that contains this operation (its number, on its timeline); null while there is none.',
  })
  async backup(@Root() { number }: Operation, @Ctx() { loaders }: Context): Promise<BackupType | null> {
    const backups = await loaders.backups();
    const holds = ({ current, proof, lastOperation }: BackupType): boolean =>
      current && proof !== 'DAMAGED' && lastOperation >= number;
    return backups.findLast(holds) ?? null;
  }
}
