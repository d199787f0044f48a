import { Field, ID, InputType } from 'type-graphql';
import { OperationKind, PaymentKind, PaymentStatus, Role, VehicleStatus } from '../../entities/enums';
import { DateTime } from '../../scalars/date-time';
import { Money } from '../../scalars/money';
import type {
  ChangeFilter,
  OperationFilter,
  PaymentFilter,
  SaleFilter,
  TimeFilter,
  UserFilter,
  VehicleFilter,
} from '../../services/filters';
import type { Cents } from '../../values/money';
import { BackupTrigger, ProofState } from './backup';

// Flat: what is left out or null selects nothing, and all that is given must hold.

@InputType('ContributionFilter', { description: 'Which lines of a history.' })
export class ContributionFilterInput implements TimeFilter {
  @Field(() => DateTime, { nullable: true, description: 'Booked at this time or later.' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Booked before this time.' })
  to?: Date | null;
}

@InputType('PaymentFilter', { description: 'Which payments.' })
export class PaymentFilterInput implements PaymentFilter {
  @Field(() => ID, { nullable: true, description: 'Of the account with this id.' })
  user?: string | null;

  @Field(() => ID, { nullable: true, description: 'Booked by the sale with this id, or by its reversal.' })
  sale?: string | null;

  @Field(() => PaymentKind, { nullable: true, description: 'Of this kind.' })
  kind?: PaymentKind | null;

  @Field(() => PaymentStatus, { nullable: true, description: 'With this status.' })
  status?: PaymentStatus | null;

  @Field(() => DateTime, { nullable: true, description: 'Made at this time or later.' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Made before this time.' })
  to?: Date | null;

  @Field(() => Money, { nullable: true, description: 'With a signed amount of no less than this.' })
  leastAmount?: Cents | null;

  @Field(() => Money, { nullable: true, description: 'With a signed amount of no more than this.' })
  greatestAmount?: Cents | null;

  @Field(() => String, { nullable: true, description: 'With this text in the note or the reason of the rejection.' })
  text?: string | null;
}

@InputType('VehicleFilter', { description: 'Which vehicles.' })
export class VehicleFilterInput implements VehicleFilter {
  @Field(() => VehicleStatus, { nullable: true, description: 'With this status.' })
  status?: VehicleStatus | null;

  @Field(() => String, { nullable: true, description: 'With this text in the title or the VIN.' })
  text?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Bought at this time or later.' })
  boughtFrom?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Bought before this time.' })
  boughtTo?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Sold at this time or later, by the sale in force.' })
  soldFrom?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Sold before this time, by the sale in force.' })
  soldTo?: Date | null;
}

@InputType('UserFilter', { description: 'Which accounts.' })
export class UserFilterInput implements UserFilter {
  @Field(() => Role, { nullable: true, description: 'With this role.' })
  role?: Role | null;

  @Field(() => Boolean, { nullable: true, description: 'true: only those that are disabled; false: only the others.' })
  disabled?: boolean | null;

  @Field(() => String, { nullable: true, description: 'With this text in the name or the email.' })
  text?: string | null;
}

@InputType('SaleFilter', { description: 'Which sales.' })
export class SaleFilterInput implements SaleFilter {
  @Field(() => DateTime, { nullable: true, description: 'Sold at this time or later.' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Sold before this time.' })
  to?: Date | null;

  @Field(() => Boolean, { nullable: true, description: 'true: only reversed sales; false: only those in force.' })
  reversed?: boolean | null;
}

@InputType('OperationFilter', { description: 'Which operations.' })
export class OperationFilterInput implements OperationFilter {
  @Field(() => OperationKind, { nullable: true, description: 'Of this kind.' })
  kind?: OperationKind | null;

  @Field(() => ID, { nullable: true, description: 'Done by the account with this id.' })
  actor?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Committed at this time or later.' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Committed before this time.' })
  to?: Date | null;
}

@InputType('ChangeFilter', { description: 'Which changes.' })
export class ChangeFilterInput implements ChangeFilter {
  @Field(() => [String], {
    nullable: true,
    description: 'Of one of these kinds: mutations, such as "buyVehicle", or commands, such as "user:create".',
  })
  kinds?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'Made by the account with this id.' })
  actor?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Of such a row, such as "user", "payment", "vehicle", "pool" or "finding".',
  })
  subject?: string | null;

  @Field(() => ID, { nullable: true, description: 'Of the row with this id. Goes with subject.' })
  subjectId?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Made at this time or later.' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Made before this time.' })
  to?: Date | null;
}

@InputType('BackupFilter', { description: 'Which backups.' })
export class BackupFilterInput implements TimeFilter {
  @Field(() => BackupTrigger, { nullable: true, description: 'Made for this reason.' })
  kind?: BackupTrigger | null;

  @Field(() => ProofState, { nullable: true, description: 'With this label.' })
  proof?: ProofState | null;

  @Field(() => DateTime, { nullable: true, description: 'Made at this time or later.' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Made before this time.' })
  to?: Date | null;
}
