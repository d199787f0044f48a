import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import { Payment } from '../entities/payment';
import { User } from '../entities/user';
import { DateTime } from '../scalars/date-time';
import { badInput } from '../services/errors';
import { MOST_LINES, type Statement } from '../services/statement-service';
import type { Context } from './context';
import { StatementLineType, StatementType } from './types/statement';

const FROM = { description: 'Included.' };
const TO = { description: 'Not included. Not before from.' };

@Resolver(() => User)
export class UserStatementResolver {
  @FieldResolver(() => StatementType, {
    description: `What happened to the account in that time. A member has their own; OPERATOR and ADMIN have anyone's.
As files, with the caller's own token: GET /exports/users/ID/statement.csv and, to print, /exports/users/ID/statement.html,
with the parameters from and to.`,
  })
  statement(
    @Root() { id }: User,
    @Arg('from', () => DateTime, FROM) from: Date,
    @Arg('to', () => DateTime, TO) to: Date,
    @Ctx() { loaders }: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Statement> {
    return loaders.statementOfUser(id, { from, to }, linesFor(info));
  }
}

@Resolver(() => StatementType)
export class StatementResolver {
  @Query(() => StatementType, {
    description: `OPERATOR, ADMIN: what the COMPANY account received in that time, and what was taken back.
As files: GET /exports/company/statement.csv and /exports/company/statement.html.`,
  })
  async companyStatement(
    @Arg('from', () => DateTime, FROM) from: Date,
    @Arg('to', () => DateTime, TO) to: Date,
    @Ctx() { services, loaders }: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Statement> {
    return loaders.statementOfUser(await services.statements.companyId(), { from, to }, linesFor(info));
  }

  @FieldResolver(() => [StatementLineType], {
    description: `One line a booking, oldest first. Left out are confirmations for others that did not move the share. The statements of one
list and time may have ${MOST_LINES} lines together: beyond that ask for shorter times, or for the file, which has them all.`,
  })
  lines(@Root() { lines }: Statement): StatementLineType[] {
    if (lines !== null) return lines;
    throw badInput(
      `There are more than ${MOST_LINES} lines: ask for a shorter stretch of time, or for the file.`,
      'to',
    );
  }
}

@Resolver(() => StatementLineType)
export class StatementLineResolver {
  @FieldResolver(() => Payment, { nullable: true, description: 'What was booked; null as the kind.' })
  async payment(@Root() { paymentId }: StatementLineType, @Ctx() { loaders }: Context): Promise<Payment | null> {
    return paymentId === null ? null : loaders.payment.load(paymentId);
  }
}

/** Lines are the most of what a statement reads: null where they are not asked for. A directive may leave them out after all. */
function linesFor({ fieldNodes, fragments }: GraphQLResolveInfo): number | null {
  const hasLines = ({ selections }: SelectionSetNode): boolean =>
    selections.some((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value === 'lines';
      const part = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
      return part === undefined || hasLines(part.selectionSet);
    });
  return fieldNodes.some(({ selectionSet }) => selectionSet !== undefined && hasLines(selectionSet))
    ? MOST_LINES
    : null;
}
