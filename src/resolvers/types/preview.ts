import { Field, ObjectType } from 'type-graphql';
import { Payment } from '../../entities/payment';
import { Money } from '../../scalars/money';
import { Percentage } from '../../scalars/percentage';
import type { MemberPreview } from '../../services/ledger';
import type { ConfirmationPreview } from '../../services/payment-service';
import type { SalePreview } from '../../services/vehicle-service';
import type { Cents } from '../../values/money';
import type { Ppm } from '../../values/percentage';

@ObjectType('MemberPreview', { simpleResolvers: true, description: 'The line that would be added to a history.' })
export class MemberPreviewType implements MemberPreview {
  userId!: number;

  @Field(() => Money, { description: 'The change of the balance.' })
  amount!: Cents;

  @Field(() => Money, { description: 'The balance as it is now.' })
  balanceBefore!: Cents;

  @Field(() => Money, { description: 'The balance as it would be.' })
  balance!: Cents;

  @Field(() => Percentage, { description: 'The share in force now.' })
  percentageBefore!: Ppm;

  @Field(() => Percentage, { description: 'The share that would be in force.' })
  percentage!: Ppm;
}

@ObjectType('SalePreview', {
  simpleResolvers: true,
  description: 'What a sale would book, if nothing else came first.',
})
export class SalePreviewType implements SalePreview {
  @Field(() => Money, { description: 'price - cost; may be zero or negative.' })
  profit!: Cents;

  @Field(() => Money, { description: "The company's part of a positive profit." })
  commission!: Cents;

  @Field(() => Money, { description: 'What the members would receive in all.' })
  distributed!: Cents;

  @Field(() => [MemberPreviewType], { description: 'Every member who would receive an income.' })
  members!: MemberPreviewType[];
}

@ObjectType('ConfirmationPreview', {
  simpleResolvers: true,
  description: 'What a confirmation would book, if nothing else came first.',
})
export class ConfirmationPreviewType implements ConfirmationPreview {
  @Field(() => Payment, { description: 'The payment as it is now.' })
  payment!: Payment;

  @Field(() => [MemberPreviewType], { description: 'Every member whose history would get a line, the payer included.' })
  members!: MemberPreviewType[];
}
