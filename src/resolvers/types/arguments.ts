import { ArgsType, type ClassType, Field, Int, registerEnumType } from 'type-graphql';
import { PaymentKind, PaymentStatus, Role, VehicleStatus } from '../../entities/enums';
import type { Asked } from '../../services/list-service';
import { PaymentOrder, TimeOrder, UserOrder, VehicleOrder } from '../../services/orders';
import { DEFAULT_FIRST, pageRequest } from '../../services/page';
import {
  BackupFilterInput,
  ChangeFilterInput,
  ContributionFilterInput,
  OperationFilterInput,
  PaymentFilterInput,
  SaleFilterInput,
  UserFilterInput,
  VehicleFilterInput,
} from './filters';

const NEWEST = { description: 'What is newest comes first.' };
const OLDEST = { description: 'What is oldest comes first.' };

registerEnumType(PaymentOrder, {
  name: 'PaymentOrder',
  description: 'The orders of a list of payments.',
  valuesConfig: {
    NEWEST_FIRST: NEWEST,
    OLDEST_FIRST: OLDEST,
    HIGHEST_AMOUNT_FIRST: { description: 'By the signed amount: what takes away comes last.' },
    LOWEST_AMOUNT_FIRST: { description: 'By the signed amount: what takes away comes first.' },
  },
});
registerEnumType(VehicleOrder, {
  name: 'VehicleOrder',
  description: 'The orders of the list of vehicles.',
  valuesConfig: {
    NEWEST_FIRST: { description: 'The newest purchase comes first.' },
    OLDEST_FIRST: { description: 'The oldest purchase comes first.' },
    HIGHEST_COST_FIRST: { description: 'The dearest purchase comes first.' },
    LOWEST_COST_FIRST: { description: 'The cheapest purchase comes first.' },
  },
});
registerEnumType(UserOrder, {
  name: 'UserOrder',
  description: 'The orders of the list of accounts.',
  valuesConfig: {
    OLDEST_FIRST: { description: 'The oldest account comes first.' },
    NEWEST_FIRST: { description: 'The newest account comes first.' },
    NAME_A_TO_Z: { description: 'By name.' },
    NAME_Z_TO_A: { description: 'By name, from the end of the alphabet.' },
  },
});
registerEnumType(TimeOrder, {
  name: 'TimeOrder',
  description: 'The orders of a list that is sorted by time alone.',
  valuesConfig: { NEWEST_FIRST: NEWEST, OLDEST_FIRST: OLDEST },
});

@ArgsType()
class PageArguments {
  @Field(() => Int, {
    nullable: true,
    defaultValue: DEFAULT_FIRST,
    description: 'So many rows from the begin of the list, or after a cursor: 1 to 1000.',
  })
  first!: number | null;

  @Field(() => String, { nullable: true, description: 'Only rows after this cursor. Goes with first.' })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'So many rows up to the end of the list, or up to a cursor: 1 to 1000. Instead of first.',
  })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Only rows before this cursor. Goes with last.' })
  before?: string | null;
}

interface ListArguments<Filter, Order> extends PageArguments {
  filter?: Filter | null;
  orderBy?: Order | null;
}

/** The arguments of every list, with a filter and an order of its own. */
function listArguments<Filter extends object, Order extends string>(
  filter: ClassType<Filter>,
  order: Record<string, Order>,
  usual: Order,
): ClassType<ListArguments<Filter, Order>> {
  @ArgsType()
  class Arguments extends PageArguments implements ListArguments<Filter, Order> {
    @Field(() => filter, { nullable: true, description: 'What the rows must be; all that is given must hold.' })
    filter?: Filter | null;

    @Field(() => order, { nullable: true, description: `The order of the list; ${usual} where it is left out.` })
    orderBy?: Order | null;
  }
  return Arguments;
}

/** What the services take of a list's arguments. @throws Refusal BAD_USER_INPUT */
export function asked<Filter extends object, Order>(
  { filter, orderBy, ...page }: ListArguments<Filter, Order>,
  also?: Filter,
): Asked<Filter, Order> {
  return {
    filter: filter ?? ({} as Filter),
    ...(also === undefined ? {} : { also }),
    orderBy: orderBy ?? null,
    page: pageRequest(page),
  };
}

@ArgsType()
export class ContributionArguments extends listArguments(ContributionFilterInput, TimeOrder, TimeOrder.NEWEST_FIRST) {}

@ArgsType()
export class SaleArguments extends listArguments(SaleFilterInput, TimeOrder, TimeOrder.NEWEST_FIRST) {}

@ArgsType()
export class OperationArguments extends listArguments(OperationFilterInput, TimeOrder, TimeOrder.NEWEST_FIRST) {}

@ArgsType()
export class ChangeArguments extends listArguments(ChangeFilterInput, TimeOrder, TimeOrder.NEWEST_FIRST) {}

@ArgsType()
export class BackupArguments extends listArguments(BackupFilterInput, TimeOrder, TimeOrder.NEWEST_FIRST) {}

@ArgsType()
export class SalePaymentArguments extends listArguments(PaymentFilterInput, PaymentOrder, PaymentOrder.NEWEST_FIRST) {}

const IN_FILTER = 'As in the filter.';

@ArgsType()
export class PaymentArguments extends SalePaymentArguments {
  @Field(() => PaymentStatus, { nullable: true, description: IN_FILTER })
  status?: PaymentStatus | null;

  @Field(() => PaymentKind, { nullable: true, description: IN_FILTER })
  kind?: PaymentKind | null;
}

@ArgsType()
export class VehicleArguments extends listArguments(VehicleFilterInput, VehicleOrder, VehicleOrder.NEWEST_FIRST) {
  @Field(() => VehicleStatus, { nullable: true, description: IN_FILTER })
  status?: VehicleStatus | null;

  @Field(() => String, { nullable: true, description: 'As the text of the filter.' })
  search?: string | null;
}

@ArgsType()
export class UserArguments extends listArguments(UserFilterInput, UserOrder, UserOrder.OLDEST_FIRST) {
  @Field(() => Role, { nullable: true, description: IN_FILTER })
  role?: Role | null;
}
