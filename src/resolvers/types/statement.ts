import { Field, ObjectType } from 'type-graphql';
import { PaymentKind } from '../../entities/enums';
import { DateTime } from '../../scalars/date-time';
import { Money } from '../../scalars/money';
import { Percentage } from '../../scalars/percentage';
import type { Statement } from '../../services/statement-service';
import type { Cents } from '../../values/money';
import type { Ppm } from '../../values/percentage';

@ObjectType('StatementLine', {
  simpleResolvers: true,
  description: 'One booking of a statement, which changed the balance or the share.',
})
export class StatementLineType {
  paymentId!: number | null;

  @Field(() => DateTime, { description: 'When it was booked.' })
  at!: Date;

  @Field(() => PaymentKind, {
    nullable: true,
    description: 'What was booked; null where a confirmation for somebody else changed the share alone.',
  })
  kind!: PaymentKind | null;

  @Field(() => Money, { description: 'The change of the balance, with its sign.' })
  amount!: Cents;

  @Field(() => Money, { description: 'The balance after this line.' })
  balance!: Cents;

  @Field(() => Percentage, { description: 'The share after this line.' })
  percentage!: Ppm;
}

@ObjectType('Statement', {
  simpleResolvers: true,
  description: `What happened to an account in a stretch of time. Consecutive statements chain: where one closes, the next one opens,
unless the time of its end was still to come when it was asked for: then it says what was booked so far.
opening, deposits, withdrawals, incomes, commissions and reversals add up to closing.`,
})
export class StatementType implements Omit<Statement, 'lines'> {
  userId!: number;

  @Field(() => DateTime, { description: 'Included.' })
  from!: Date;

  @Field(() => DateTime, { description: 'Not included.' })
  to!: Date;

  @Field(() => Money, { description: 'The balance before the first line.' })
  opening!: Cents;

  @Field(() => Money, { description: 'The balance after the last line.' })
  closing!: Cents;

  @Field(() => Percentage, { description: 'The share before the first line.' })
  openingPercentage!: Ppm;

  @Field(() => Percentage, { description: 'The share after the last line.' })
  closingPercentage!: Ppm;

  @Field(() => Money, { description: 'The sum of the deposits.' })
  deposits!: Cents;

  @Field(() => Money, { description: 'The sum of the withdrawals: zero or negative.' })
  withdrawals!: Cents;

  @Field(() => Money, { description: 'The sum of the incomes, also of those that were taken back since.' })
  incomes!: Cents;

  @Field(() => Money, {
    description: 'The sum of the commissions of the COMPANY account, also of those that were taken back since.',
  })
  commissions!: Cents;

  @Field(() => Money, { description: 'The sum of the reversals, with its sign.' })
  reversals!: Cents;
}
