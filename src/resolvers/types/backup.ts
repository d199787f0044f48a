import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../../scalars/date-time';

export enum BackupTrigger {
  OPERATION = 'OPERATION',
  MANUAL = 'MANUAL',
  RECOVERY = 'RECOVERY',
  INITIAL = 'INITIAL',
  CHANGE = 'CHANGE',
}

export enum ProofState {
  UNPROVEN = 'UNPROVEN',
  PROVEN = 'PROVEN',
  UNSOUND = 'UNSOUND',
  DAMAGED = 'DAMAGED',
}

enum LogLevel {
  DEBUG = 'DEBUG',
  INFO = 'INFO',
  WARN = 'WARN',
  ERROR = 'ERROR',
}

registerEnumType(BackupTrigger, {
  name: 'BackupTrigger',
  description:
    'OPERATION: a critical operation asked for it. MANUAL: a person asked for it. RECOVERY: a start found operations ' +
    'or changes without a backup. INITIAL: a new pool, before its first operation. CHANGE: what is no operation, such as ' +
    'an account.',
});
registerEnumType(ProofState, {
  name: 'ProofState',
  description:
    'UNPROVEN: complete and on disk, not yet restored. PROVEN: restored with the stock client and the books hold. ' +
    'UNSOUND: restores, but the ledger breaks a rule. DAMAGED: does not match its hash or does not restore; covers nothing.',
});
registerEnumType(LogLevel, { name: 'LogLevel' });

@ObjectType('BackupCheck', { simpleResolvers: true, description: 'A test restore that an administrator asked for.' })
class BackupCheckType {
  @Field(() => DateTime)
  startedAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'Null while it runs.' })
  finishedAt!: Date | null;

  @Field(() => Boolean, { nullable: true, description: 'Null while it runs.' })
  sound!: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why the backup is not valid, or could not be restored, in one sentence.',
  })
  problem!: string | null;
}

@ObjectType('Backup', { simpleResolvers: true })
export class BackupType {
  @Field(() => String, { description: 'db_backup-YYYY-MM-DD_HH-mm-ss.sql, in UTC.' })
  filename!: string;

  @Field(() => String, { description: 'The name of the machine that has the file.' })
  host!: string;

  @Field(() => String, { description: 'The absolute path of the file on the server, for use in commands.' })
  path!: string;

  @Field(() => DateTime)
  createdAt!: Date;

  @Field(() => Float)
  sizeBytes!: number;

  @Field(() => String)
  sha256!: string;

  @Field(() => BackupTrigger)
  trigger!: `${BackupTrigger}`;

  @Field(() => Int, {
    description: 'The backup contains every operation up to this number; 0 for a backup before the first operation.',
  })
  lastOperation!: number;

  @Field(() => Int, {
    description:
      'The backup contains every change up to this number, operations and all others alike; 0 for one of an earlier version.',
  })
  lastChange!: number;

  @Field(() => Boolean, {
    description:
      'False for a backup of an abandoned timeline: after a restore it covers no operation of the current one.',
  })
  current!: boolean;

  @Field(() => ProofState)
  proof!: `${ProofState}`;

  @Field(() => String, { nullable: true, description: 'Why it is UNSOUND or DAMAGED, in one sentence.' })
  proofProblem!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'The time of its last test restore that found it valid; null before the first.',
  })
  verifiedAt!: Date | null;

  @Field(() => Int)
  durationMs!: number;

  @Field(() => BackupCheckType, {
    nullable: true,
    description: 'The last test restore that was requested since this server started; null for none.',
  })
  check!: BackupCheckType | null;
}

@ObjectType('BackupLogEntry', { simpleResolvers: true })
export class BackupLogEntryType {
  @Field(() => DateTime)
  at!: Date;

  @Field(() => LogLevel)
  level!: `${LogLevel}`;

  @Field(() => String)
  message!: string;
}

@ObjectType('Finding', { simpleResolvers: true, description: 'A rule of the ledger that is broken.' })
class FindingType {
  @Field(() => String, { description: 'What acknowledgeFinding takes.' })
  id!: string;

  @Field(() => String, { description: 'What is wrong, in one sentence.' })
  finding!: string;
}

@ObjectType('AcknowledgedFinding', {
  simpleResolvers: true,
  description: 'A finding that an administrator knows and means.',
})
class AcknowledgedFindingType extends FindingType {
  @Field(() => String)
  reason!: string;

  @Field(() => String, { description: 'Who said so.' })
  actor!: string;

  @Field(() => DateTime)
  at!: Date;
}

@ObjectType('BackupStatus', { simpleResolvers: true })
export class BackupStatusType {
  @Field(() => Boolean, {
    description:
      'True if no operation is lost or too long without a backup or a proof, and the last backup, proof and copy did not fail.',
  })
  healthy!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Why backups are not healthy, in one sentence; null when they are.',
  })
  problem!: string | null;

  @Field(() => Boolean, { description: 'A backup is being made.' })
  running!: boolean;

  @Field(() => Boolean, { description: 'A proof is being made.' })
  proving!: boolean;

  @Field(() => Int, { description: 'The number of the newest committed operation; 0 for none.' })
  lastOperation!: number;

  @Field(() => Int, {
    description:
      'The number of the newest operation that is stored: a complete, synced backup of the current timeline contains it, proven or not.',
  })
  coveredThrough!: number;

  @Field(() => Int, { description: 'The newest operation that a PROVEN backup contains.' })
  provenThrough!: number;

  @Field(() => String, { nullable: true, description: 'What the proofs leave unproven, in one sentence.' })
  proofNote!: string | null;

  @Field(() => [FindingType], { description: 'What the newest proof found wrong in the ledger.' })
  findings!: FindingType[];

  @Field(() => [AcknowledgedFindingType], {
    description: 'Findings that an administrator has acknowledged; health ignores them.',
  })
  acknowledgedFindings!: AcknowledgedFindingType[];

  @Field(() => Int, { description: 'lastOperation - coveredThrough.' })
  pendingOperations!: number;

  @Field(() => Int, {
    description: 'The number of the newest committed change of any kind: operations and all others alike.',
  })
  lastChange!: number;

  @Field(() => String, {
    nullable: true,
    description: 'The hash of the newest change, which stands for all before it; null where there is no chain.',
  })
  chainHead!: string | null;

  @Field(() => Int, { description: 'The newest change that is stored, as coveredThrough.' })
  changesStoredThrough!: number;

  @Field(() => Int, { description: 'The newest change that a PROVEN backup contains.' })
  changesProvenThrough!: number;

  @Field(() => Int, {
    description: 'lastChange - changesStoredThrough; those that are no operations may wait a little.',
  })
  pendingChanges!: number;

  @Field(() => Int)
  count!: number;

  @Field(() => Float)
  totalBytes!: number;

  @Field(() => Int, { description: 'How many of the newest backups retention keeps; further rules may keep more.' })
  keep!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      'The state after this operation, and after each later one, can be restored; 0: after any; null: there is no backup.',
  })
  reachableFrom!: number | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the backup was made from which on every operation can be restored; null: there is no backup.',
  })
  reachableSince!: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Why that is less than BACKUP_REACH, and what would change it, in sentences; null where it is not less.',
  })
  reachNote!: string | null;

  @Field(() => BackupType, { nullable: true })
  latest!: BackupType | null;
}
