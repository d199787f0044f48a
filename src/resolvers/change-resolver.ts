import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { Change } from '../entities/change';
import { User } from '../entities/user';
import { correctionsOf } from '../services/corrections';
import { type Context, viewerOf } from './context';
import { asked, ChangeArguments } from './types/arguments';
import { ChangedValueType } from './types/changed-value';
import { ChangeConnection, type Connection, connection } from './types/connections';

@Resolver(() => Change)
export class ChangeResolver {
  @Query(() => ChangeConnection, {
    description: `Who changed what. Any signed-in role: ADMIN sees what everybody did, all others what they did themselves. Newest first.
As files, with the caller's own token: GET /exports/changes.csv and /exports/changes.jsonl, with the fields of the filter as parameters.`,
  })
  async changes(@Args() list: ChangeArguments, @Ctx() context: Context): Promise<Connection<Change>> {
    return connection(await context.services.lists.changes(viewerOf(context), asked(list)));
  }

  @FieldResolver(() => User, {
    nullable: true,
    description: 'The account that made it, as it is now; null for a command, and for what the server did by itself.',
  })
  async actor(@Root() { actorId }: Change, @Ctx() { loaders }: Context): Promise<User | null> {
    return actorId === null ? null : loaders.actor.load(actorId);
  }

  @FieldResolver(() => [ChangedValueType], {
    description: 'What was corrected, before and after. Never a password, a token or a key.',
  })
  values(@Root() change: Change): ChangedValueType[] {
    const { before, after } = correctionsOf(change);
    const text = (value: string | number | boolean | null | undefined): string | null =>
      value == null ? null : String(value);
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].map((name) => ({
      name,
      before: text(before[name]),
      after: text(after[name]),
    }));
  }
}
