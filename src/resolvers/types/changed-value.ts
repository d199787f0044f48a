import { Field, ObjectType } from 'type-graphql';

@ObjectType('ChangedValue', { simpleResolvers: true, description: 'A value that a change corrected or set.' })
export class ChangedValueType {
  @Field(() => String, { description: 'What the value is called, such as "email".' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'The value until then; null where there was none.' })
  before!: string | null;

  @Field(() => String, { nullable: true, description: 'The value from then on; null where there is none.' })
  after!: string | null;
}
