// Generated from operations.graphql and the admin schema by console/codegen.mjs: do not edit.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** OPERATION: a critical operation asked for it. MANUAL: a person asked for it. RECOVERY: a start found operations or changes without a backup. INITIAL: a new pool, before its first operation. CHANGE: what is no operation, such as an account. */
export type BackupTrigger =
  /** What is no operation was changed, such as an account. */
  | 'CHANGE'
  /** A new pool, before its first operation. */
  | 'INITIAL'
  /** A person asked for it. */
  | 'MANUAL'
  /** A critical operation asked for it. */
  | 'OPERATION'
  /** A start found operations or changes without a backup. */
  | 'RECOVERY';

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

/** How much a line of a log matters. */
export type LogLevel =
  /** For those who look for a fault. */
  | 'DEBUG'
  /** What failed. */
  | 'ERROR'
  /** What was done. */
  | 'INFO'
  /** What needs attention. */
  | 'WARN';

/** Which operations. */
export type OperationFilter = {
  /** Done by the account with this id. */
  actor?: string | number | null | undefined;
  /** Committed at this time or later. */
  from?: string | null | undefined;
  /** Of this kind. */
  kind?: OperationKind | null | undefined;
  /** Committed before this time. */
  to?: string | null | undefined;
};

/** The operations that move money. */
export type OperationKind =
  /** A purchase. */
  | 'BUY_VEHICLE'
  /** A deposit or a withdrawal, with the new shares. */
  | 'CONFIRM_PAYMENT'
  /** A sale, with what it paid. */
  | 'SELL_VEHICLE'
  /** The reversal of a purchase. */
  | 'UNBUY_VEHICLE'
  /** The reversal of a sale. */
  | 'UNSELL_VEHICLE';

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

/** UNPROVEN: complete and on disk, not yet restored. PROVEN: restored with the stock client and the books hold. UNSOUND: restores, but the ledger breaks a rule. DAMAGED: does not match its hash or does not restore; covers nothing. */
export type ProofState =
  /** Does not match its hash or does not restore; covers nothing. */
  | 'DAMAGED'
  /** Restored with the stock client, and the books hold. */
  | 'PROVEN'
  /** Complete and on disk, not yet restored. */
  | 'UNPROVEN'
  /** Restores, but the ledger breaks a rule. */
  | 'UNSOUND';

export type StatusQueryVariables = Exact<{ [key: string]: never }>;

export type StatusQuery = {
  backupStatus: {
    healthy: boolean;
    problem: string | null;
    running: boolean;
    proving: boolean;
    lastOperation: number;
    coveredThrough: number;
    provenThrough: number;
    pendingOperations: number;
    lastChange: number;
    changesStoredThrough: number;
    changesProvenThrough: number;
    pendingChanges: number;
    proofNote: string | null;
    count: number;
    totalBytes: number;
    keep: number;
    reachableFrom: number | null;
    reachableSince: string | null;
    reachNote: string | null;
    findings: Array<{ id: string; finding: string }>;
    acknowledgedFindings: Array<{ id: string; finding: string; reason: string; actor: string; at: string }>;
    latest: {
      filename: string;
      path: string;
      createdAt: string;
      sizeBytes: number;
      sha256: string;
      trigger: BackupTrigger;
      lastOperation: number;
      current: boolean;
      proof: ProofState;
      proofProblem: string | null;
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
    payment: { kind: PaymentKind; amount: string; user: { name: string } | null } | null;
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
    proof: ProofState;
    proofProblem: string | null;
    verifiedAt: string | null;
    durationMs: number;
    check: { startedAt: string; finishedAt: string | null; sound: boolean | null; problem: string | null } | null;
  }>;
};

export type ChangesQueryVariables = Exact<{
  filter?: ChangeFilter | null | undefined;
  after?: string | null | undefined;
}>;

export type ChangesQuery = {
  changes: {
    totalCount: number;
    nodes: Array<{
      number: number;
      kind: string;
      actorName: string;
      at: string;
      subject: string | null;
      subjectId: string | null;
      address: string | null;
      values: Array<{ name: string; before: string | null; after: string | null }>;
    }>;
    pageInfo: { endCursor: string | null; hasNextPage: boolean };
  };
};

export type LogQueryVariables = Exact<{
  lines: number;
}>;

export type LogQuery = { backupLog: Array<{ at: string; level: LogLevel; message: string }> };

export type BackUpNowMutationVariables = Exact<{ [key: string]: never }>;

export type BackUpNowMutation = { createBackup: { running: boolean } };

export type AcknowledgeMutationVariables = Exact<{
  id: string;
  reason: string;
}>;

export type AcknowledgeMutation = { acknowledgeFinding: { healthy: boolean } };

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
    proof: ProofState;
    proofProblem: string | null;
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
  payment: { kind: PaymentKind; amount: string; user: { name: string } | null } | null;
  backup: { filename: string } | null;
};

export type ChangeRowFragment = {
  number: number;
  kind: string;
  actorName: string;
  at: string;
  subject: string | null;
  subjectId: string | null;
  address: string | null;
  values: Array<{ name: string; before: string | null; after: string | null }>;
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
  proof: ProofState;
  proofProblem: string | null;
  verifiedAt: string | null;
  durationMs: number;
  check: { startedAt: string; finishedAt: string | null; sound: boolean | null; problem: string | null } | null;
};

export type NewestOfMineQueryVariables = Exact<{
  filter: OperationFilter;
  first: number;
}>;

export type NewestOfMineQuery = {
  operationsPage: {
    nodes: Array<{
      number: number;
      kind: OperationKind;
      payment: { id: string } | null;
      vehicle: { id: string } | null;
    }>;
  };
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
export const ChangeRowFragmentDoc = new TypedDocumentString(
  `
    fragment ChangeRow on Change {
  number
  kind
  actorName
  at
  subject
  subjectId
  address
  values {
    name
    before
    after
  }
}
    `,
  { fragmentName: 'ChangeRow' },
) as unknown as TypedDocumentString<ChangeRowFragment, unknown>;
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
  proof
  proofProblem
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
export const StatusDocument = new TypedDocumentString(`
    query Status {
  backupStatus {
    healthy
    problem
    running
    proving
    lastOperation
    coveredThrough
    provenThrough
    pendingOperations
    lastChange
    changesStoredThrough
    changesProvenThrough
    pendingChanges
    proofNote
    findings {
      id
      finding
    }
    acknowledgedFindings {
      id
      finding
      reason
      actor
      at
    }
    count
    totalBytes
    keep
    reachableFrom
    reachableSince
    reachNote
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
  proof
  proofProblem
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
  proof
  proofProblem
  verifiedAt
  durationMs
  check {
    startedAt
    finishedAt
    sound
    problem
  }
}`) as unknown as TypedDocumentString<BackupsQuery, BackupsQueryVariables>;
export const ChangesDocument = new TypedDocumentString(`
    query Changes($filter: ChangeFilter, $after: String) {
  changes(filter: $filter, after: $after) {
    nodes {
      ...ChangeRow
    }
    totalCount
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}
    fragment ChangeRow on Change {
  number
  kind
  actorName
  at
  subject
  subjectId
  address
  values {
    name
    before
    after
  }
}`) as unknown as TypedDocumentString<ChangesQuery, ChangesQueryVariables>;
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
export const AcknowledgeDocument = new TypedDocumentString(`
    mutation Acknowledge($id: String!, $reason: String!) {
  acknowledgeFinding(id: $id, reason: $reason) {
    healthy
  }
}
    `) as unknown as TypedDocumentString<AcknowledgeMutation, AcknowledgeMutationVariables>;
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
  proof
  proofProblem
  verifiedAt
  durationMs
  check {
    startedAt
    finishedAt
    sound
    problem
  }
}`) as unknown as TypedDocumentString<VerifyMutation, VerifyMutationVariables>;
export const NewestOfMineDocument = new TypedDocumentString(`
    query NewestOfMine($filter: OperationFilter!, $first: Int!) {
  operationsPage(first: $first, filter: $filter) {
    nodes {
      number
      kind
      payment {
        id
      }
      vehicle {
        id
      }
    }
  }
}
    `) as unknown as TypedDocumentString<NewestOfMineQuery, NewestOfMineQueryVariables>;
