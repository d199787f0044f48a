// Generated from operations.graphql and the admin schema by console/codegen.mjs: do not edit.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** OPERATION: a critical operation asked for it. MANUAL: a person did. RECOVERY: found missing at a start. */
export type BackupTrigger = 'MANUAL' | 'OPERATION' | 'RECOVERY';

export type LogLevel = 'DEBUG' | 'ERROR' | 'INFO' | 'WARN';

export type OperationKind = 'BUY_VEHICLE' | 'CONFIRM_PAYMENT' | 'SELL_VEHICLE' | 'UNSELL_VEHICLE';

/** DEPOSIT and WITHDRAWAL are asked for and then confirmed; the rest are booked by a sale or its reversal. */
export type PaymentKind = 'COMMISSION' | 'DEPOSIT' | 'INCOME' | 'REVERSAL' | 'WITHDRAWAL';

/**
 * ADMIN runs the system and is the only one who sees the admin schema.
 * OPERATOR records purchases and sales and confirms payments; may hold capital like an investor.
 * INVESTOR holds capital and sees the own account, the vehicles and the pool's totals.
 * COMPANY is the one account that receives the commission; it holds no share.
 */
export type Role = 'ADMIN' | 'COMPANY' | 'INVESTOR' | 'OPERATOR';

export type SignInMutationVariables = Exact<{
  email: string;
  password: string;
}>;

export type SignInMutation = {
  login: { token: string; expiresAt: string; user: { name: string; email: string; role: Role } };
};

export type StatusQueryVariables = Exact<{ [key: string]: never }>;

export type StatusQuery = {
  backupStatus: {
    healthy: boolean;
    problem: string | null;
    running: boolean;
    lastOperation: number;
    coveredThrough: number;
    pendingOperations: number;
    count: number;
    totalBytes: number;
    keep: number;
    latest: {
      filename: string;
      path: string;
      createdAt: string;
      sizeBytes: number;
      sha256: string;
      trigger: BackupTrigger;
      lastOperation: number;
      current: boolean;
      verifiedAt: string | null;
      durationMs: number;
      check: { startedAt: string; finishedAt: string | null; sound: boolean | null; problem: string | null } | null;
    } | null;
  };
};

export type OperationsQueryVariables = Exact<{
  first: number;
  before?: number | null | undefined;
}>;

export type OperationsQuery = {
  operations: Array<{
    number: number;
    kind: OperationKind;
    at: string;
    actor: { name: string };
    vehicle: { title: string } | null;
    payment: { kind: PaymentKind; amount: string; user: { name: string } } | null;
    backup: { filename: string } | null;
  }>;
};

export type PoolQueryVariables = Exact<{ [key: string]: never }>;

export type PoolQuery = {
  pool: {
    currency: string;
    capital: string;
    invested: string;
    available: string;
    companyRevenue: string;
    profit: string;
    vehiclesForSale: number;
    vehiclesSold: number;
    members: number;
  };
};

export type PoolHistoryQueryVariables = Exact<{
  points: number;
}>;

export type PoolHistoryQuery = { poolHistory: Array<{ at: string; capital: string; companyRevenue: string }> };

export type BackupsQueryVariables = Exact<{
  first: number;
}>;

export type BackupsQuery = {
  backups: Array<{
    filename: string;
    path: string;
    createdAt: string;
    sizeBytes: number;
    sha256: string;
    trigger: BackupTrigger;
    lastOperation: number;
    current: boolean;
    verifiedAt: string | null;
    durationMs: number;
    check: { startedAt: string; finishedAt: string | null; sound: boolean | null; problem: string | null } | null;
  }>;
};

export type LogQueryVariables = Exact<{
  lines: number;
}>;

export type LogQuery = { backupLog: Array<{ at: string; level: LogLevel; message: string }> };

export type BackUpNowMutationVariables = Exact<{ [key: string]: never }>;

export type BackUpNowMutation = { createBackup: { running: boolean } };

export type VerifyMutationVariables = Exact<{
  filename: string;
}>;

export type VerifyMutation = {
  verifyBackup: {
    filename: string;
    path: string;
    createdAt: string;
    sizeBytes: number;
    sha256: string;
    trigger: BackupTrigger;
    lastOperation: number;
    current: boolean;
    verifiedAt: string | null;
    durationMs: number;
    check: { startedAt: string; finishedAt: string | null; sound: boolean | null; problem: string | null } | null;
  };
};

export type OperationRowFragment = {
  number: number;
  kind: OperationKind;
  at: string;
  actor: { name: string };
  vehicle: { title: string } | null;
  payment: { kind: PaymentKind; amount: string; user: { name: string } } | null;
  backup: { filename: string } | null;
};

export type BackupRowFragment = {
  filename: string;
  path: string;
  createdAt: string;
  sizeBytes: number;
  sha256: string;
  trigger: BackupTrigger;
  lastOperation: number;
  current: boolean;
  verifiedAt: string | null;
  durationMs: number;
  check: { startedAt: string; finishedAt: string | null; sound: boolean | null; problem: string | null } | null;
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
export const OperationRowFragmentDoc = new TypedDocumentString(
  `
    fragment OperationRow on Operation {
  number
  kind
  at
  actor {
    name
  }
  vehicle {
    title
  }
  payment {
    kind
    amount
    user {
      name
    }
  }
  backup {
    filename
  }
}
    `,
  { fragmentName: 'OperationRow' },
) as unknown as TypedDocumentString<OperationRowFragment, unknown>;
export const BackupRowFragmentDoc = new TypedDocumentString(
  `
    fragment BackupRow on Backup {
  filename
  path
  createdAt
  sizeBytes
  sha256
  trigger
  lastOperation
  current
  verifiedAt
  durationMs
  check {
    startedAt
    finishedAt
    sound
    problem
  }
}
    `,
  { fragmentName: 'BackupRow' },
) as unknown as TypedDocumentString<BackupRowFragment, unknown>;
export const SignInDocument = new TypedDocumentString(`
    mutation SignIn($email: String!, $password: String!) {
  login(email: $email, password: $password) {
    token
    expiresAt
    user {
      name
      email
      role
    }
  }
}
    `) as unknown as TypedDocumentString<SignInMutation, SignInMutationVariables>;
export const StatusDocument = new TypedDocumentString(`
    query Status {
  backupStatus {
    healthy
    problem
    running
    lastOperation
    coveredThrough
    pendingOperations
    count
    totalBytes
    keep
    latest {
      ...BackupRow
    }
  }
}
    fragment BackupRow on Backup {
  filename
  path
  createdAt
  sizeBytes
  sha256
  trigger
  lastOperation
  current
  verifiedAt
  durationMs
  check {
    startedAt
    finishedAt
    sound
    problem
  }
}`) as unknown as TypedDocumentString<StatusQuery, StatusQueryVariables>;
export const OperationsDocument = new TypedDocumentString(`
    query Operations($first: Int!, $before: Int) {
  operations(first: $first, before: $before) {
    ...OperationRow
  }
}
    fragment OperationRow on Operation {
  number
  kind
  at
  actor {
    name
  }
  vehicle {
    title
  }
  payment {
    kind
    amount
    user {
      name
    }
  }
  backup {
    filename
  }
}`) as unknown as TypedDocumentString<OperationsQuery, OperationsQueryVariables>;
export const PoolDocument = new TypedDocumentString(`
    query Pool {
  pool {
    currency
    capital
    invested
    available
    companyRevenue
    profit
    vehiclesForSale
    vehiclesSold
    members
  }
}
    `) as unknown as TypedDocumentString<PoolQuery, PoolQueryVariables>;
export const PoolHistoryDocument = new TypedDocumentString(`
    query PoolHistory($points: Int!) {
  poolHistory(points: $points) {
    at
    capital
    companyRevenue
  }
}
    `) as unknown as TypedDocumentString<PoolHistoryQuery, PoolHistoryQueryVariables>;
export const BackupsDocument = new TypedDocumentString(`
    query Backups($first: Int!) {
  backups(first: $first) {
    ...BackupRow
  }
}
    fragment BackupRow on Backup {
  filename
  path
  createdAt
  sizeBytes
  sha256
  trigger
  lastOperation
  current
  verifiedAt
  durationMs
  check {
    startedAt
    finishedAt
    sound
    problem
  }
}`) as unknown as TypedDocumentString<BackupsQuery, BackupsQueryVariables>;
export const LogDocument = new TypedDocumentString(`
    query Log($lines: Int!) {
  backupLog(lines: $lines) {
    at
    level
    message
  }
}
    `) as unknown as TypedDocumentString<LogQuery, LogQueryVariables>;
export const BackUpNowDocument = new TypedDocumentString(`
    mutation BackUpNow {
  createBackup {
    running
  }
}
    `) as unknown as TypedDocumentString<BackUpNowMutation, BackUpNowMutationVariables>;
export const VerifyDocument = new TypedDocumentString(`
    mutation Verify($filename: String!) {
  verifyBackup(filename: $filename) {
    ...BackupRow
  }
}
    fragment BackupRow on Backup {
  filename
  path
  createdAt
  sizeBytes
  sha256
  trigger
  lastOperation
  current
  verifiedAt
  durationMs
  check {
    startedAt
    finishedAt
    sound
    problem
  }
}`) as unknown as TypedDocumentString<VerifyMutation, VerifyMutationVariables>;
