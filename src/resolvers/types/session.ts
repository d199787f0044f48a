import { Field, ObjectType } from 'type-graphql';
import { User } from '../../entities/user';
import { DateTime } from '../../scalars/date-time';

@ObjectType({ simpleResolvers: true })
export class Session {
  @Field(() => String, { description: 'Send it as: Authorization: Bearer <token>' })
  token!: string;

  @Field(() => DateTime)
  expiresAt!: Date;

  @Field(() => User)
  user!: User;
}
