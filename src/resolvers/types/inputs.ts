import { Field, ID, InputType, Int } from 'type-graphql';
import { PaymentKind, Role } from '../../entities/enums';
import { DateTime } from '../../scalars/date-time';
import { Money } from '../../scalars/money';
import type { RequestPayment } from '../../services/payment-service';
import type { UpdateUser, UpdateVehicle } from '../../services/update-service';
import type { CreateUser } from '../../services/user-service';
import type { BuyVehicle, SellVehicle, UnbuyVehicle, UnsellVehicle } from '../../services/vehicle-service';
import type { Cents } from '../../values/money';

/** Of every mutation that moves or makes something. */
export const SAME_KEY =
  'The same key sent again with the same input makes nothing new and answers with what the first request made, as it is now; with another input it is refused.';

@InputType()
export class BuyVehicleInput implements BuyVehicle {
  @Field(() => String)
  title!: string;

  @Field(() => String, { nullable: true, description: '17 letters and digits.' })
  vin?: string | null;

  @Field(() => Int, { nullable: true })
  year?: number | null;

  @Field(() => Int, { nullable: true })
  mileage?: number | null;

  @Field(() => Money)
  cost!: Cents;

  @Field(() => Money, { nullable: true })
  plannedPrice?: Cents | null;

  @Field(() => DateTime, { nullable: true, description: 'Defaults to now; never in the future.' })
  boughtAt?: Date | null;

  @Field(() => String, { nullable: true, description: SAME_KEY })
  idempotencyKey?: string | null;
}

@InputType()
export class SellVehicleInput implements SellVehicle {
  @Field(() => ID)
  vehicleId!: string;

  @Field(() => Money)
  price!: Cents;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Defaults to now; never in the future, nor before the purchase.',
  })
  soldAt?: Date | null;

  @Field(() => String, { nullable: true, description: SAME_KEY })
  idempotencyKey?: string | null;
}

@InputType()
export class UnsellVehicleInput implements UnsellVehicle {
  @Field(() => ID)
  vehicleId!: string;

  @Field(() => String, { nullable: true })
  reason?: string | null;

  @Field(() => String, { nullable: true, description: SAME_KEY })
  idempotencyKey?: string | null;
}

@InputType()
export class UnbuyVehicleInput implements UnbuyVehicle {
  @Field(() => ID)
  vehicleId!: string;

  @Field(() => String, { nullable: true })
  reason?: string | null;

  @Field(() => String, { nullable: true, description: SAME_KEY })
  idempotencyKey?: string | null;
}

@InputType()
export class RequestPaymentInput implements RequestPayment {
  @Field(() => PaymentKind, { description: 'DEPOSIT or WITHDRAWAL.' })
  kind!: PaymentKind;

  @Field(() => Money, { description: 'Positive, for both kinds.' })
  amount!: Cents;

  @Field(() => ID, {
    nullable: true,
    description: "OPERATOR and ADMIN may ask on another member's behalf; defaults to the account that asks.",
  })
  userId?: string | null;

  @Field(() => String, { nullable: true })
  note?: string | null;

  @Field(() => String, { nullable: true, description: SAME_KEY })
  idempotencyKey?: string | null;
}

@InputType()
export class CreateUserInput implements CreateUser {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  email!: string;

  @Field(() => String)
  password!: string;

  @Field(() => Role)
  role!: Role;

  @Field(() => String, { nullable: true, description: SAME_KEY })
  idempotencyKey?: string | null;
}

@InputType({ description: 'A correction of what is known of a vehicle. What is left out stays; null clears.' })
export class UpdateVehicleInput implements UpdateVehicle {
  @Field(() => ID, { description: 'The id of a vehicle that is for sale or sold.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'What people call it. It cannot be cleared.' })
  title?: string | null;

  @Field(() => String, { nullable: true, description: '17 letters and digits.' })
  vin?: string | null;

  @Field(() => Int, { nullable: true, description: 'The model year: 1885 to next year.' })
  year?: number | null;

  @Field(() => Int, { nullable: true, description: 'Odometer reading in kilometres.' })
  mileage?: number | null;

  @Field(() => Money, { nullable: true, description: 'The price that it is meant to be sold for: more than 0.00.' })
  plannedPrice?: Cents | null;

  @Field(() => String, { nullable: true, description: SAME_KEY })
  idempotencyKey?: string | null;
}

@InputType({ description: 'A correction of an account. What is left out stays; nothing can be cleared.' })
export class UpdateUserInput implements UpdateUser {
  @Field(() => ID, { description: 'The id of the account.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'The name of the person: one line, at most 200 characters.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'The address to sign in with: no other account has it.' })
  email?: string | null;

  @Field(() => Role, {
    nullable: true,
    description:
      'ADMIN, OPERATOR or INVESTOR. An account that has held capital, or has a PENDING payment, becomes no ADMIN, and the last ADMIN stays one.',
  })
  role?: Role | null;

  @Field(() => String, { nullable: true, description: SAME_KEY })
  idempotencyKey?: string | null;
}
