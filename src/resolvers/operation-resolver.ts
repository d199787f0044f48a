import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { Operation } from '../entities/operation';
import { Payment } from '../entities/payment';
import { User } from '../entities/user';
import { Vehicle } from '../entities/vehicle';
import type { Context } from './context';
import { BackupType } from './types/backup';

/** Of the admin schema alone. */
@Resolver(() => Operation)
export class OperationResolver {
  @Query(() => [Operation], { description: 'Newest first; `before` pages on.' })
  operations(
    @Arg('first', () => Int, { nullable: true, defaultValue: 50 }) first: number | null,
    @Arg('before', () => Int, { nullable: true }) before: number | null | undefined,
    @Ctx() { services }: Context,
  ): Promise<Operation[]> {
    return services.operations.list(first ?? 50, before);
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
    description: 'The oldest kept backup that contains this operation (number and history); null while none does.',
  })
  async backup(@Root() { number }: Operation, @Ctx() { loaders }: Context): Promise<BackupType | null> {
    const backups = await loaders.backups();
    return backups.findLast(({ current, lastOperation }) => current && lastOperation >= number) ?? null;
  }
}
