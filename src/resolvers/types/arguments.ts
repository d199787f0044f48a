import { ArgsType, Field, Int } from 'type-graphql';
import { PaymentKind, PaymentStatus, Role, VehicleStatus } from '../../entities/enums';
import type { PageRequest } from '../../services/page';

const DEFAULT_FIRST = 50;

@ArgsType()
export class PageArguments {
  @Field(() => Int, { nullable: true, defaultValue: DEFAULT_FIRST, description: '1 to 1000.' })
  first!: number | null;

  @Field(() => String, { nullable: true, description: 'The endCursor of the page before.' })
  after?: string | null;
}

/** An explicit null asks for the default, as leaving the argument out does. */
export function pageRequest({ first, after }: PageArguments): PageRequest {
  return { first: first ?? DEFAULT_FIRST, after: after ?? null };
}

@ArgsType()
export class VehicleArguments extends PageArguments {
  @Field(() => VehicleStatus, { nullable: true })
  status?: VehicleStatus | null;

  @Field(() => String, { nullable: true })
  search?: string | null;
}

@ArgsType()
export class UserArguments extends PageArguments {
  @Field(() => Role, { nullable: true })
  role?: Role | null;
}

@ArgsType()
export class PaymentArguments extends PageArguments {
  @Field(() => PaymentStatus, { nullable: true })
  status?: PaymentStatus | null;

  @Field(() => PaymentKind, { nullable: true })
  kind?: PaymentKind | null;
}
