// Generated from pool.graphql and the public schema by console/codegen.mjs: do not edit.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
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
