import { Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../../scalars/date-time';

@ObjectType('OperationReceipt', { simpleResolvers: true, description: 'What an operation is known by. Staff only.' })
export class OperationReceiptType {
  @Field(() => Int)
  number!: number;

  @Field(() => ID, { description: 'The operationUid of an error with the code OUTCOME_UNKNOWN.' })
  uid!: string;

  @Field(() => DateTime)
  at!: Date;
}
