// Generated from pool.graphql and the public schema by console/codegen.mjs: do not edit.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** A purchase. */
export type BuyVehicleInput = {
  /** Defaults to now; never in the future. */
  boughtAt?: string | null | undefined;
  /** What the pool pays: more than 0.00. */
  cost: string;
  /** The same key sent again with the same input makes nothing new and answers with what the first request made, as it is now; with another input it is refused. */
  idempotencyKey?: string | null | undefined;
  /** Odometer reading in kilometres. */
  mileage?: number | null | undefined;
  /** The price that it is meant to be sold for: more than 0.00. */
  plannedPrice?: string | null | undefined;
  /** What people call it, such as make and model: one line, at most 200 characters. */
  title: string;
  /** 17 letters and digits. */
  vin?: string | null | undefined;
  /** The model year: 1885 to next year. */
  year?: number | null | undefined;
};

/** Which changes. */
export type ChangeFilter = {
  /** Made by the account with this id. */
  actor?: string | number | null | undefined;
  /** Made at this time or later. */
  from?: string | null | undefined;
  /** Of one of these kinds: mutations, such as "buyVehicle", or commands, such as "user:create". */
  kinds?: Array<string> | null | undefined;
  /** Of such a row, such as "user", "payment", "vehicle", "pool" or "finding". */
  subject?: string | null | undefined;
  /** Of the row with this id. Goes with subject. */
  subjectId?: string | number | null | undefined;
  /** Made before this time. */
  to?: string | null | undefined;
};

/** Which payments. */
export type PaymentFilter = {
  /** Made at this time or later. */
  from?: string | null | undefined;
  /** With a signed amount of no more than this. */
  greatestAmount?: string | null | undefined;
  /** Of this kind. */
  kind?: PaymentKind | null | undefined;
  /** With a signed amount of no less than this. */
  leastAmount?: string | null | undefined;
  /** Booked by the sale with this id, or by its reversal. */
  sale?: string | number | null | undefined;
  /** With this status. */
  status?: PaymentStatus | null | undefined;
  /** With this text in the note or the reason of the rejection. */
  text?: string | null | undefined;
  /** Made before this time. */
  to?: string | null | undefined;
  /** Of the account with this id. */
  user?: string | number | null | undefined;
};

/** DEPOSIT and WITHDRAWAL are asked for and then confirmed; the rest are booked by a sale or its reversal. */
export type PaymentKind =
  /** The company's part of a profit. */
  | 'COMMISSION'
  /** A member pays in. */
  | 'DEPOSIT'
  /** A member's part of a profit. */
  | 'INCOME'
  /** Takes an INCOME or a COMMISSION back, as its sale was undone. */
  | 'REVERSAL'
  /** A member takes out; the amount is negative. */
  | 'WITHDRAWAL';

/** The orders of a list of payments. */
export type PaymentOrder =
  /** By the signed amount: what takes away comes last. */
  | 'HIGHEST_AMOUNT_FIRST'
  /** By the signed amount: what takes away comes first. */
  | 'LOWEST_AMOUNT_FIRST'
  /** What is newest comes first. */
  | 'NEWEST_FIRST'
  /** What is oldest comes first. */
  | 'OLDEST_FIRST';

/** Whether a payment counts. */
export type PaymentStatus =
  /** Booked, and in force. */
  | 'CONFIRMED'
  /** Asked for, and not decided: no money has moved. */
  | 'PENDING'
  /** Refused, or cancelled by the account that asked for it: no money has moved. */
  | 'REJECTED'
  /** Booked once, and taken back by a REVERSAL. */
  | 'REVERSED';

/** A deposit or a withdrawal that somebody has to confirm. */
export type RequestPaymentInput = {
  /** Positive, for both kinds. */
  amount: string;
  /** The same key sent again with the same input makes nothing new and answers with what the first request made, as it is now; with another input it is refused. */
  idempotencyKey?: string | null | undefined;
  /** DEPOSIT or WITHDRAWAL. */
  kind: PaymentKind;
  /** For its owner, OPERATOR and ADMIN: at most 500 characters. */
  note?: string | null | undefined;
  /** OPERATOR and ADMIN may ask on another member's behalf; defaults to the account that asks. */
  userId?: string | number | null | undefined;
};

/**
 * ADMIN runs the system and is the only one who sees the admin schema.
 * OPERATOR records purchases and sales and confirms payments; may hold capital like an investor.
 * INVESTOR holds capital and sees their own account, the vehicles and the pool's totals.
 * COMPANY is the one account that receives the commission; it holds no share.
 */
export type Role =
  /** Runs the system. */
  | 'ADMIN'
  /** Receives the commission; nobody signs in as it. */
  | 'COMPANY'
  /** Holds capital. */
  | 'INVESTOR'
  /** Records purchases and sales and confirms payments. */
  | 'OPERATOR';

/** A sale. */
export type SellVehicleInput = {
  /** The same key sent again with the same input makes nothing new and answers with what the first request made, as it is now; with another input it is refused. */
  idempotencyKey?: string | null | undefined;
  /** What the buyer pays: more than 0.00. */
  price: string;
  /** Defaults to now; never in the future, nor before the purchase. */
  soldAt?: string | null | undefined;
  /** The id of a vehicle that is for sale. */
  vehicleId: string | number;
};

/** The reversal of a purchase. */
export type UnbuyVehicleInput = {
  /** The same key sent again with the same input makes nothing new and answers with what the first request made, as it is now; with another input it is refused. */
  idempotencyKey?: string | null | undefined;
  /** Why, for OPERATOR and ADMIN: at most 500 characters. */
  reason?: string | null | undefined;
  /** The id of a vehicle that was never sold. */
  vehicleId: string | number;
};

/** The reversal of a sale. */
export type UnsellVehicleInput = {
  /** The same key sent again with the same input makes nothing new and answers with what the first request made, as it is now; with another input it is refused. */
  idempotencyKey?: string | null | undefined;
  /** Why, for OPERATOR and ADMIN: at most 500 characters. */
  reason?: string | null | undefined;
  /** The id of a vehicle that is sold. */
  vehicleId: string | number;
};

/** A correction of an account. What is left out stays; nothing can be cleared. */
export type UpdateUserInput = {
  /** The address to sign in with: no other account has it. */
  email?: string | null | undefined;
  /** The id of the account. */
  id: string | number;
  /** The same key sent again with the same input makes nothing new and answers with what the first request made, as it is now; with another input it is refused. */
  idempotencyKey?: string | null | undefined;
  /** The name of the person: one line, at most 200 characters. */
  name?: string | null | undefined;
  /** ADMIN, OPERATOR or INVESTOR. An account that has held capital, or has a PENDING payment, becomes no ADMIN, and the last ADMIN stays one. */
  role?: Role | null | undefined;
};

/** A correction of what is known of a vehicle. What is left out stays; null clears. */
export type UpdateVehicleInput = {
  /** The id of a vehicle that is for sale or sold. */
  id: string | number;
  /** The same key sent again with the same input makes nothing new and answers with what the first request made, as it is now; with another input it is refused. */
  idempotencyKey?: string | null | undefined;
  /** Odometer reading in kilometres. */
  mileage?: number | null | undefined;
  /** The price that it is meant to be sold for: more than 0.00. */
  plannedPrice?: string | null | undefined;
  /** What people call it. It cannot be cleared. */
  title?: string | null | undefined;
  /** 17 letters and digits. */
  vin?: string | null | undefined;
  /** The model year: 1885 to next year. */
  year?: number | null | undefined;
};

/** Which accounts. */
export type UserFilter = {
  /** true: only those that are disabled; false: only the others. */
  disabled?: boolean | null | undefined;
  /** With this role. */
  role?: Role | null | undefined;
  /** With this text in the name or the email. */
  text?: string | null | undefined;
};

/** The orders of the list of accounts. */
export type UserOrder =
  /** By name. */
  | 'NAME_A_TO_Z'
  /** By name, from the end of the alphabet. */
  | 'NAME_Z_TO_A'
  /** The newest account comes first. */
  | 'NEWEST_FIRST'
  /** The oldest account comes first. */
  | 'OLDEST_FIRST';

/** Which vehicles. */
export type VehicleFilter = {
  /** Bought at this time or later. */
  boughtFrom?: string | null | undefined;
  /** Bought before this time. */
  boughtTo?: string | null | undefined;
  /** Sold at this time or later, by the sale in force. */
  soldFrom?: string | null | undefined;
  /** Sold before this time, by the sale in force. */
  soldTo?: string | null | undefined;
  /** With this status. */
  status?: VehicleStatus | null | undefined;
  /** With this text in the title or the VIN. */
  text?: string | null | undefined;
};

/** The orders of the list of vehicles. */
export type VehicleOrder =
  /** The dearest purchase comes first. */
  | 'HIGHEST_COST_FIRST'
  /** The cheapest purchase comes first. */
  | 'LOWEST_COST_FIRST'
  /** The newest purchase comes first. */
  | 'NEWEST_FIRST'
  /** The oldest purchase comes first. */
  | 'OLDEST_FIRST';

/** CANCELLED: its purchase was undone; it counts nowhere. */
export type VehicleStatus =
  /** Its purchase was undone: it counts nowhere. */
  | 'CANCELLED'
  /** Bought, and not sold. */
  | 'FOR_SALE'
  /** There is a sale in force. */
  | 'SOLD';

export type SignInMutationVariables = Exact<{
  email: string;
  password: string;
}>;

export type SignInMutation = {
  login: { token: string; expiresAt: string; user: { id: string; name: string; email: string; role: Role } };
};

export type PoolNowQueryVariables = Exact<{ [key: string]: never }>;

export type PoolNowQuery = {
  pool: {
    currency: string;
    capital: string;
    invested: string;
    available: string;
    companyRevenue: string;
    commissionRate: string;
    profit: string;
    vehiclesForSale: number;
    vehiclesSold: number;
    members: number;
  };
};

export type MeQueryVariables = Exact<{ [key: string]: never }>;

export type MeQuery = {
  me: { id: string; name: string; email: string; balance: string; percentage: string; createdAt: string };
};

export type MyRequestsQueryVariables = Exact<{ [key: string]: never }>;

export type MyRequestsQuery = {
  me: {
    id: string;
    pending: {
      totalCount: number;
      nodes: Array<{
        id: string;
        kind: PaymentKind;
        status: PaymentStatus;
        amount: string;
        note: string | null;
        createdAt: string;
        confirmedAt: string | null;
        rejectedAt: string | null;
        rejectionReason: string | null;
      }>;
    };
    deposits: {
      nodes: Array<{
        id: string;
        kind: PaymentKind;
        status: PaymentStatus;
        amount: string;
        note: string | null;
        createdAt: string;
        confirmedAt: string | null;
        rejectedAt: string | null;
        rejectionReason: string | null;
      }>;
    };
    withdrawals: {
      nodes: Array<{
        id: string;
        kind: PaymentKind;
        status: PaymentStatus;
        amount: string;
        note: string | null;
        createdAt: string;
        confirmedAt: string | null;
        rejectedAt: string | null;
        rejectionReason: string | null;
      }>;
    };
  };
};

export type MyBookingsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;

export type MyBookingsQuery = {
  me: {
    id: string;
    contributions: {
      totalCount: number;
      nodes: Array<{
        id: string;
        amount: string;
        balance: string;
        percentage: string;
        createdAt: string;
        payment: {
          id: string;
          kind: PaymentKind;
          note: string | null;
          sale: { id: string; vehicle: { id: string; title: string } } | null;
        };
      }>;
      pageInfo: { endCursor: string | null; hasNextPage: boolean };
    };
  };
};

export type MyStatementQueryVariables = Exact<{
  from: string;
  to: string;
}>;

export type MyStatementQuery = {
  me: {
    id: string;
    statement: {
      from: string;
      to: string;
      opening: string;
      openingPercentage: string;
      deposits: string;
      withdrawals: string;
      incomes: string;
      commissions: string;
      reversals: string;
      closing: string;
      closingPercentage: string;
    };
  };
};

export type MyStatementLinesQueryVariables = Exact<{
  from: string;
  to: string;
}>;

export type MyStatementLinesQuery = {
  me: {
    id: string;
    statement: {
      lines: Array<{ at: string; kind: PaymentKind | null; amount: string; balance: string; percentage: string }>;
    };
  };
};

export type MyHistoryQueryVariables = Exact<{
  from: string;
  to: string;
}>;

export type MyHistoryQuery = {
  me: {
    id: string;
    statement: {
      opening: string;
      openingPercentage: string;
      lines: Array<{ at: string; balance: string; percentage: string }>;
    };
  };
};

export type RequestPaymentMutationVariables = Exact<{
  input: RequestPaymentInput;
}>;

export type RequestPaymentMutation = {
  requestPayment: {
    id: string;
    kind: PaymentKind;
    status: PaymentStatus;
    amount: string;
    note: string | null;
    createdAt: string;
    confirmedAt: string | null;
    rejectedAt: string | null;
    rejectionReason: string | null;
  };
};

export type CancelPaymentMutationVariables = Exact<{
  id: string | number;
  idempotencyKey?: string | null | undefined;
}>;

export type CancelPaymentMutation = {
  cancelPayment: {
    id: string;
    kind: PaymentKind;
    status: PaymentStatus;
    amount: string;
    note: string | null;
    createdAt: string;
    confirmedAt: string | null;
    rejectedAt: string | null;
    rejectionReason: string | null;
  };
};

export type OwnPaymentFragment = {
  id: string;
  kind: PaymentKind;
  status: PaymentStatus;
  amount: string;
  note: string | null;
  createdAt: string;
  confirmedAt: string | null;
  rejectedAt: string | null;
  rejectionReason: string | null;
};

export type BookingFragment = {
  id: string;
  amount: string;
  balance: string;
  percentage: string;
  createdAt: string;
  payment: {
    id: string;
    kind: PaymentKind;
    note: string | null;
    sale: { id: string; vehicle: { id: string; title: string } } | null;
  };
};

export type StatementFiguresFragment = {
  from: string;
  to: string;
  opening: string;
  openingPercentage: string;
  deposits: string;
  withdrawals: string;
  incomes: string;
  commissions: string;
  reversals: string;
  closing: string;
  closingPercentage: string;
};

export type PaymentListQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: PaymentFilter | null | undefined;
  orderBy?: PaymentOrder | null | undefined;
  isFirst: boolean;
}>;

export type PaymentListQuery = {
  payments: {
    totalCount?: number;
    nodes: Array<{
      id: string;
      kind: PaymentKind;
      status: PaymentStatus;
      amount: string;
      note: string | null;
      createdAt: string;
      user: { id: string; name: string } | null;
    }>;
    pageInfo: { endCursor: string | null; hasNextPage: boolean };
  };
};

export type OnePaymentQueryVariables = Exact<{
  id: string | number;
}>;

export type OnePaymentQuery = {
  payment: {
    confirmedAt: string | null;
    rejectedAt: string | null;
    rejectionReason: string | null;
    id: string;
    kind: PaymentKind;
    status: PaymentStatus;
    amount: string;
    note: string | null;
    createdAt: string;
    confirmedBy: { name: string } | null;
    rejectedBy: { name: string } | null;
    user: { balance: string; percentage: string; id: string; name: string } | null;
    sale: { vehicle: { id: string; title: string } } | null;
    reverses: { id: string } | null;
  } | null;
};

export type ConfirmationPreviewQueryVariables = Exact<{
  id: string | number;
}>;

export type ConfirmationPreviewQuery = {
  previewConfirmation: {
    members: Array<{
      percentageBefore: string;
      amount: string;
      balanceBefore: string;
      balance: string;
      percentage: string;
      user: { id: string; name: string };
    }>;
  };
};

export type SalePreviewQueryVariables = Exact<{
  vehicleId: string | number;
  price: string;
}>;

export type SalePreviewQuery = {
  previewSale: {
    profit: string;
    commission: string;
    distributed: string;
    members: Array<{
      amount: string;
      balanceBefore: string;
      balance: string;
      percentage: string;
      user: { id: string; name: string };
    }>;
  };
};

export type SalePaymentsQueryVariables = Exact<{
  id: string | number;
  after?: string | null | undefined;
}>;

export type SalePaymentsQuery = {
  sale: {
    paymentsPage: {
      nodes: Array<{
        id: string;
        kind: PaymentKind;
        status: PaymentStatus;
        amount: string;
        user: { id: string; name: string; balance: string; percentage: string } | null;
      }>;
      pageInfo: { endCursor: string | null; hasNextPage: boolean };
    };
  } | null;
};

export type VehicleListQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: VehicleFilter | null | undefined;
  orderBy?: VehicleOrder | null | undefined;
  isFirst: boolean;
}>;

export type VehicleListQuery = {
  vehicles: {
    totalCount?: number;
    nodes: Array<{
      id: string;
      title: string;
      status: VehicleStatus;
      cost: string;
      plannedPrice: string | null;
      vin: string | null;
      year: number | null;
      boughtAt: string;
      sale: { price: string; profit: string; soldAt: string } | null;
    }>;
    pageInfo: { endCursor: string | null; hasNextPage: boolean };
  };
};

export type OneVehicleQueryVariables = Exact<{
  id: string | number;
}>;

export type OneVehicleQuery = {
  vehicle: {
    mileage: number | null;
    cancelledAt: string | null;
    cancellationReason: string | null;
    id: string;
    title: string;
    status: VehicleStatus;
    cost: string;
    plannedPrice: string | null;
    vin: string | null;
    year: number | null;
    boughtAt: string;
    boughtBy: { name: string } | null;
    cancelledBy: { name: string } | null;
    sales: Array<{
      id: string;
      price: string;
      profit: string;
      commission: string;
      commissionRate: string;
      distributed: string;
      daysHeld: number;
      soldAt: string;
      reversedAt: string | null;
      reversalReason: string | null;
      soldBy: { name: string } | null;
      reversedBy: { name: string } | null;
    }>;
    sale: { price: string; profit: string; soldAt: string } | null;
  } | null;
};

export type MemberListQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: UserFilter | null | undefined;
  orderBy?: UserOrder | null | undefined;
  isFirst: boolean;
}>;

export type MemberListQuery = {
  users: {
    totalCount?: number;
    nodes: Array<{
      id: string;
      name: string;
      email: string;
      role: Role;
      balance: string;
      percentage: string;
      disabledAt: string | null;
    }>;
    pageInfo: { endCursor: string | null; hasNextPage: boolean };
  };
};

export type MembersNamedQueryVariables = Exact<{
  filter: UserFilter;
  first: number;
}>;

export type MembersNamedQuery = { users: { nodes: Array<{ id: string; name: string; email: string }> } };

export type VehiclesNamedQueryVariables = Exact<{
  filter: VehicleFilter;
  first: number;
}>;

export type VehiclesNamedQuery = { vehicles: { nodes: Array<{ id: string; title: string }> } };

export type MemberNameQueryVariables = Exact<{
  id: string | number;
}>;

export type MemberNameQuery = { user: { name: string } | null };

export type OneMemberQueryVariables = Exact<{
  id: string | number;
}>;

export type OneMemberQuery = {
  user: {
    createdAt: string;
    id: string;
    name: string;
    email: string;
    role: Role;
    balance: string;
    percentage: string;
    disabledAt: string | null;
    payments: {
      nodes: Array<{
        id: string;
        kind: PaymentKind;
        status: PaymentStatus;
        amount: string;
        note: string | null;
        createdAt: string;
        user: { id: string; name: string } | null;
      }>;
      pageInfo: { hasNextPage: boolean };
    };
  } | null;
};

export type MemberBookingsQueryVariables = Exact<{
  id: string | number;
  first: number;
  after?: string | null | undefined;
}>;

export type MemberBookingsQuery = {
  user: {
    contributions: {
      nodes: Array<{
        id: string;
        amount: string;
        balance: string;
        percentage: string;
        createdAt: string;
        payment: { id: string; kind: PaymentKind };
      }>;
      pageInfo: { endCursor: string | null; hasNextPage: boolean };
    };
  } | null;
};

export type LatestChangeQueryVariables = Exact<{
  filter: ChangeFilter;
}>;

export type LatestChangeQuery = { changes: { nodes: Array<{ number: number }> } };

export type ConfirmPaymentMutationVariables = Exact<{
  id: string | number;
  idempotencyKey?: string | null | undefined;
}>;

export type ConfirmPaymentMutation = { confirmPayment: { id: string; status: PaymentStatus } };

export type RejectPaymentMutationVariables = Exact<{
  id: string | number;
  reason?: string | null | undefined;
  idempotencyKey?: string | null | undefined;
}>;

export type RejectPaymentMutation = { rejectPayment: { id: string; status: PaymentStatus } };

export type BuyVehicleMutationVariables = Exact<{
  input: BuyVehicleInput;
}>;

export type BuyVehicleMutation = { buyVehicle: { id: string; title: string } };

export type SellVehicleMutationVariables = Exact<{
  input: SellVehicleInput;
}>;

export type SellVehicleMutation = { sellVehicle: { id: string; title: string; status: VehicleStatus } };

export type UnsellVehicleMutationVariables = Exact<{
  input: UnsellVehicleInput;
}>;

export type UnsellVehicleMutation = { unsellVehicle: { id: string; title: string; status: VehicleStatus } };

export type UnbuyVehicleMutationVariables = Exact<{
  input: UnbuyVehicleInput;
}>;

export type UnbuyVehicleMutation = { unbuyVehicle: { id: string; title: string } };

export type UpdateVehicleMutationVariables = Exact<{
  input: UpdateVehicleInput;
}>;

export type UpdateVehicleMutation = { updateVehicle: { id: string; title: string } };

export type UpdateMemberMutationVariables = Exact<{
  input: UpdateUserInput;
}>;

export type UpdateMemberMutation = { updateUser: { id: string; name: string } };

export type PaymentRowFragment = {
  id: string;
  kind: PaymentKind;
  status: PaymentStatus;
  amount: string;
  note: string | null;
  createdAt: string;
  user: { id: string; name: string } | null;
};

export type PreviewRowFragment = {
  amount: string;
  balanceBefore: string;
  balance: string;
  percentage: string;
  user: { id: string; name: string };
};

export type VehicleRowFragment = {
  id: string;
  title: string;
  status: VehicleStatus;
  cost: string;
  plannedPrice: string | null;
  vin: string | null;
  year: number | null;
  boughtAt: string;
  sale: { price: string; profit: string; soldAt: string } | null;
};

export type SaleRowFragment = {
  id: string;
  price: string;
  profit: string;
  commission: string;
  commissionRate: string;
  distributed: string;
  daysHeld: number;
  soldAt: string;
  reversedAt: string | null;
  reversalReason: string | null;
  soldBy: { name: string } | null;
  reversedBy: { name: string } | null;
};

export type MemberRowFragment = {
  id: string;
  name: string;
  email: string;
  role: Role;
  balance: string;
  percentage: string;
  disabledAt: string | null;
};

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const OwnPaymentFragmentDoc = new TypedDocumentString(
  `
    fragment OwnPayment on Payment {
  id
  kind
  status
  amount
  note
  createdAt
  confirmedAt
  rejectedAt
  rejectionReason
}
    `,
  { fragmentName: 'OwnPayment' },
) as unknown as TypedDocumentString<OwnPaymentFragment, unknown>;
export const BookingFragmentDoc = new TypedDocumentString(
  `
    fragment Booking on Contribution {
  id
  amount
  balance
  percentage
  createdAt
  payment {
    id
    kind
    note
    sale {
      id
      vehicle {
        id
        title
      }
    }
  }
}
    `,
  { fragmentName: 'Booking' },
) as unknown as TypedDocumentString<BookingFragment, unknown>;
export const StatementFiguresFragmentDoc = new TypedDocumentString(
  `
    fragment StatementFigures on Statement {
  from
  to
  opening
  openingPercentage
  deposits
  withdrawals
  incomes
  commissions
  reversals
  closing
  closingPercentage
}
    `,
  { fragmentName: 'StatementFigures' },
) as unknown as TypedDocumentString<StatementFiguresFragment, unknown>;
export const PaymentRowFragmentDoc = new TypedDocumentString(
  `
    fragment PaymentRow on Payment {
  id
  kind
  status
  amount
  note
  createdAt
  user {
    id
    name
  }
}
    `,
  { fragmentName: 'PaymentRow' },
) as unknown as TypedDocumentString<PaymentRowFragment, unknown>;
export const PreviewRowFragmentDoc = new TypedDocumentString(
  `
    fragment PreviewRow on MemberPreview {
  amount
  balanceBefore
  balance
  percentage
  user {
    id
    name
  }
}
    `,
  { fragmentName: 'PreviewRow' },
) as unknown as TypedDocumentString<PreviewRowFragment, unknown>;
export const VehicleRowFragmentDoc = new TypedDocumentString(
  `
    fragment VehicleRow on Vehicle {
  id
  title
  status
  cost
  plannedPrice
  vin
  year
  boughtAt
  sale {
    price
    profit
    soldAt
  }
}
    `,
  { fragmentName: 'VehicleRow' },
) as unknown as TypedDocumentString<VehicleRowFragment, unknown>;
export const SaleRowFragmentDoc = new TypedDocumentString(
  `
    fragment SaleRow on Sale {
  id
  price
  profit
  commission
  commissionRate
  distributed
  daysHeld
  soldAt
  soldBy {
    name
  }
  reversedAt
  reversedBy {
    name
  }
  reversalReason
}
    `,
  { fragmentName: 'SaleRow' },
) as unknown as TypedDocumentString<SaleRowFragment, unknown>;
export const MemberRowFragmentDoc = new TypedDocumentString(
  `
    fragment MemberRow on User {
  id
  name
  email
  role
  balance
  percentage
  disabledAt
}
    `,
  { fragmentName: 'MemberRow' },
) as unknown as TypedDocumentString<MemberRowFragment, unknown>;
export const SignInDocument = new TypedDocumentString(`
    mutation SignIn($email: String!, $password: String!) {
  login(email: $email, password: $password) {
    token
    expiresAt
    user {
      id
      name
      email
      role
    }
  }
}
    `) as unknown as TypedDocumentString<SignInMutation, SignInMutationVariables>;
export const PoolNowDocument = new TypedDocumentString(`
    query PoolNow {
  pool {
    currency
    capital
    invested
    available
    companyRevenue
    commissionRate
    profit
    vehiclesForSale
    vehiclesSold
    members
  }
}
    `) as unknown as TypedDocumentString<PoolNowQuery, PoolNowQueryVariables>;
export const MeDocument = new TypedDocumentString(`
    query Me {
  me {
    id
    name
    email
    balance
    percentage
    createdAt
  }
}
    `) as unknown as TypedDocumentString<MeQuery, MeQueryVariables>;
export const MyRequestsDocument = new TypedDocumentString(`
    query MyRequests {
  me {
    id
    pending: payments(first: 100, status: PENDING) {
      nodes {
        ...OwnPayment
      }
      totalCount
    }
    deposits: payments(first: 5, kind: DEPOSIT) {
      nodes {
        ...OwnPayment
      }
    }
    withdrawals: payments(first: 5, kind: WITHDRAWAL) {
      nodes {
        ...OwnPayment
      }
    }
  }
}
    fragment OwnPayment on Payment {
  id
  kind
  status
  amount
  note
  createdAt
  confirmedAt
  rejectedAt
  rejectionReason
}`) as unknown as TypedDocumentString<MyRequestsQuery, MyRequestsQueryVariables>;
export const MyBookingsDocument = new TypedDocumentString(`
    query MyBookings($after: String) {
  me {
    id
    contributions(first: 60, after: $after) {
      nodes {
        ...Booking
      }
      totalCount
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
}
    fragment Booking on Contribution {
  id
  amount
  balance
  percentage
  createdAt
  payment {
    id
    kind
    note
    sale {
      id
      vehicle {
        id
        title
      }
    }
  }
}`) as unknown as TypedDocumentString<MyBookingsQuery, MyBookingsQueryVariables>;
export const MyStatementDocument = new TypedDocumentString(`
    query MyStatement($from: DateTime!, $to: DateTime!) {
  me {
    id
    statement(from: $from, to: $to) {
      ...StatementFigures
    }
  }
}
    fragment StatementFigures on Statement {
  from
  to
  opening
  openingPercentage
  deposits
  withdrawals
  incomes
  commissions
  reversals
  closing
  closingPercentage
}`) as unknown as TypedDocumentString<MyStatementQuery, MyStatementQueryVariables>;
export const MyStatementLinesDocument = new TypedDocumentString(`
    query MyStatementLines($from: DateTime!, $to: DateTime!) {
  me {
    id
    statement(from: $from, to: $to) {
      lines {
        at
        kind
        amount
        balance
        percentage
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MyStatementLinesQuery, MyStatementLinesQueryVariables>;
export const MyHistoryDocument = new TypedDocumentString(`
    query MyHistory($from: DateTime!, $to: DateTime!) {
  me {
    id
    statement(from: $from, to: $to) {
      opening
      openingPercentage
      lines {
        at
        balance
        percentage
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MyHistoryQuery, MyHistoryQueryVariables>;
export const RequestPaymentDocument = new TypedDocumentString(`
    mutation RequestPayment($input: RequestPaymentInput!) {
  requestPayment(input: $input) {
    ...OwnPayment
  }
}
    fragment OwnPayment on Payment {
  id
  kind
  status
  amount
  note
  createdAt
  confirmedAt
  rejectedAt
  rejectionReason
}`) as unknown as TypedDocumentString<RequestPaymentMutation, RequestPaymentMutationVariables>;
export const CancelPaymentDocument = new TypedDocumentString(`
    mutation CancelPayment($id: ID!, $idempotencyKey: String) {
  cancelPayment(id: $id, idempotencyKey: $idempotencyKey) {
    ...OwnPayment
  }
}
    fragment OwnPayment on Payment {
  id
  kind
  status
  amount
  note
  createdAt
  confirmedAt
  rejectedAt
  rejectionReason
}`) as unknown as TypedDocumentString<CancelPaymentMutation, CancelPaymentMutationVariables>;
export const PaymentListDocument = new TypedDocumentString(`
    query PaymentList($first: Int!, $after: String, $filter: PaymentFilter, $orderBy: PaymentOrder, $isFirst: Boolean!) {
  payments(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    nodes {
      ...PaymentRow
    }
    totalCount @include(if: $isFirst)
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}
    fragment PaymentRow on Payment {
  id
  kind
  status
  amount
  note
  createdAt
  user {
    id
    name
  }
}`) as unknown as TypedDocumentString<PaymentListQuery, PaymentListQueryVariables>;
export const OnePaymentDocument = new TypedDocumentString(`
    query OnePayment($id: ID!) {
  payment(id: $id) {
    ...PaymentRow
    confirmedAt
    confirmedBy {
      name
    }
    rejectedAt
    rejectedBy {
      name
    }
    rejectionReason
    user {
      balance
      percentage
    }
    sale {
      vehicle {
        id
        title
      }
    }
    reverses {
      id
    }
  }
}
    fragment PaymentRow on Payment {
  id
  kind
  status
  amount
  note
  createdAt
  user {
    id
    name
  }
}`) as unknown as TypedDocumentString<OnePaymentQuery, OnePaymentQueryVariables>;
export const ConfirmationPreviewDocument = new TypedDocumentString(`
    query ConfirmationPreview($id: ID!) {
  previewConfirmation(paymentId: $id) {
    members {
      ...PreviewRow
      percentageBefore
    }
  }
}
    fragment PreviewRow on MemberPreview {
  amount
  balanceBefore
  balance
  percentage
  user {
    id
    name
  }
}`) as unknown as TypedDocumentString<ConfirmationPreviewQuery, ConfirmationPreviewQueryVariables>;
export const SalePreviewDocument = new TypedDocumentString(`
    query SalePreview($vehicleId: ID!, $price: Money!) {
  previewSale(vehicleId: $vehicleId, price: $price) {
    profit
    commission
    distributed
    members {
      ...PreviewRow
    }
  }
}
    fragment PreviewRow on MemberPreview {
  amount
  balanceBefore
  balance
  percentage
  user {
    id
    name
  }
}`) as unknown as TypedDocumentString<SalePreviewQuery, SalePreviewQueryVariables>;
export const SalePaymentsDocument = new TypedDocumentString(`
    query SalePayments($id: ID!, $after: String) {
  sale(id: $id) {
    paymentsPage(first: 1000, after: $after, orderBy: OLDEST_FIRST) {
      nodes {
        id
        kind
        status
        amount
        user {
          id
          name
          balance
          percentage
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SalePaymentsQuery, SalePaymentsQueryVariables>;
export const VehicleListDocument = new TypedDocumentString(`
    query VehicleList($first: Int!, $after: String, $filter: VehicleFilter, $orderBy: VehicleOrder, $isFirst: Boolean!) {
  vehicles(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    nodes {
      ...VehicleRow
    }
    totalCount @include(if: $isFirst)
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}
    fragment VehicleRow on Vehicle {
  id
  title
  status
  cost
  plannedPrice
  vin
  year
  boughtAt
  sale {
    price
    profit
    soldAt
  }
}`) as unknown as TypedDocumentString<VehicleListQuery, VehicleListQueryVariables>;
export const OneVehicleDocument = new TypedDocumentString(`
    query OneVehicle($id: ID!) {
  vehicle(id: $id) {
    ...VehicleRow
    mileage
    boughtBy {
      name
    }
    cancelledAt
    cancelledBy {
      name
    }
    cancellationReason
    sales {
      ...SaleRow
    }
  }
}
    fragment VehicleRow on Vehicle {
  id
  title
  status
  cost
  plannedPrice
  vin
  year
  boughtAt
  sale {
    price
    profit
    soldAt
  }
}
fragment SaleRow on Sale {
  id
  price
  profit
  commission
  commissionRate
  distributed
  daysHeld
  soldAt
  soldBy {
    name
  }
  reversedAt
  reversedBy {
    name
  }
  reversalReason
}`) as unknown as TypedDocumentString<OneVehicleQuery, OneVehicleQueryVariables>;
export const MemberListDocument = new TypedDocumentString(`
    query MemberList($first: Int!, $after: String, $filter: UserFilter, $orderBy: UserOrder, $isFirst: Boolean!) {
  users(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    nodes {
      ...MemberRow
    }
    totalCount @include(if: $isFirst)
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}
    fragment MemberRow on User {
  id
  name
  email
  role
  balance
  percentage
  disabledAt
}`) as unknown as TypedDocumentString<MemberListQuery, MemberListQueryVariables>;
export const MembersNamedDocument = new TypedDocumentString(`
    query MembersNamed($filter: UserFilter!, $first: Int!) {
  users(filter: $filter, first: $first, orderBy: NAME_A_TO_Z) {
    nodes {
      id
      name
      email
    }
  }
}
    `) as unknown as TypedDocumentString<MembersNamedQuery, MembersNamedQueryVariables>;
export const VehiclesNamedDocument = new TypedDocumentString(`
    query VehiclesNamed($filter: VehicleFilter!, $first: Int!) {
  vehicles(filter: $filter, first: $first) {
    nodes {
      id
      title
    }
  }
}
    `) as unknown as TypedDocumentString<VehiclesNamedQuery, VehiclesNamedQueryVariables>;
export const MemberNameDocument = new TypedDocumentString(`
    query MemberName($id: ID!) {
  user(id: $id) {
    name
  }
}
    `) as unknown as TypedDocumentString<MemberNameQuery, MemberNameQueryVariables>;
export const OneMemberDocument = new TypedDocumentString(`
    query OneMember($id: ID!) {
  user(id: $id) {
    ...MemberRow
    createdAt
    payments(first: 50, filter: {status: PENDING}) {
      nodes {
        ...PaymentRow
      }
      pageInfo {
        hasNextPage
      }
    }
  }
}
    fragment PaymentRow on Payment {
  id
  kind
  status
  amount
  note
  createdAt
  user {
    id
    name
  }
}
fragment MemberRow on User {
  id
  name
  email
  role
  balance
  percentage
  disabledAt
}`) as unknown as TypedDocumentString<OneMemberQuery, OneMemberQueryVariables>;
export const MemberBookingsDocument = new TypedDocumentString(`
    query MemberBookings($id: ID!, $first: Int!, $after: String) {
  user(id: $id) {
    contributions(first: $first, after: $after) {
      nodes {
        id
        amount
        balance
        percentage
        createdAt
        payment {
          id
          kind
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MemberBookingsQuery, MemberBookingsQueryVariables>;
export const LatestChangeDocument = new TypedDocumentString(`
    query LatestChange($filter: ChangeFilter!) {
  changes(first: 1, filter: $filter) {
    nodes {
      number
    }
  }
}
    `) as unknown as TypedDocumentString<LatestChangeQuery, LatestChangeQueryVariables>;
export const ConfirmPaymentDocument = new TypedDocumentString(`
    mutation ConfirmPayment($id: ID!, $idempotencyKey: String) {
  confirmPayment(id: $id, idempotencyKey: $idempotencyKey) {
    id
    status
  }
}
    `) as unknown as TypedDocumentString<ConfirmPaymentMutation, ConfirmPaymentMutationVariables>;
export const RejectPaymentDocument = new TypedDocumentString(`
    mutation RejectPayment($id: ID!, $reason: String, $idempotencyKey: String) {
  rejectPayment(id: $id, reason: $reason, idempotencyKey: $idempotencyKey) {
    id
    status
  }
}
    `) as unknown as TypedDocumentString<RejectPaymentMutation, RejectPaymentMutationVariables>;
export const BuyVehicleDocument = new TypedDocumentString(`
    mutation BuyVehicle($input: BuyVehicleInput!) {
  buyVehicle(input: $input) {
    id
    title
  }
}
    `) as unknown as TypedDocumentString<BuyVehicleMutation, BuyVehicleMutationVariables>;
export const SellVehicleDocument = new TypedDocumentString(`
    mutation SellVehicle($input: SellVehicleInput!) {
  sellVehicle(input: $input) {
    id
    title
    status
  }
}
    `) as unknown as TypedDocumentString<SellVehicleMutation, SellVehicleMutationVariables>;
export const UnsellVehicleDocument = new TypedDocumentString(`
    mutation UnsellVehicle($input: UnsellVehicleInput!) {
  unsellVehicle(input: $input) {
    id
    title
    status
  }
}
    `) as unknown as TypedDocumentString<UnsellVehicleMutation, UnsellVehicleMutationVariables>;
export const UnbuyVehicleDocument = new TypedDocumentString(`
    mutation UnbuyVehicle($input: UnbuyVehicleInput!) {
  unbuyVehicle(input: $input) {
    id
    title
  }
}
    `) as unknown as TypedDocumentString<UnbuyVehicleMutation, UnbuyVehicleMutationVariables>;
export const UpdateVehicleDocument = new TypedDocumentString(`
    mutation UpdateVehicle($input: UpdateVehicleInput!) {
  updateVehicle(input: $input) {
    id
    title
  }
}
    `) as unknown as TypedDocumentString<UpdateVehicleMutation, UpdateVehicleMutationVariables>;
export const UpdateMemberDocument = new TypedDocumentString(`
    mutation UpdateMember($input: UpdateUserInput!) {
  updateUser(input: $input) {
    id
    name
  }
}
    `) as unknown as TypedDocumentString<UpdateMemberMutation, UpdateMemberMutationVariables>;
