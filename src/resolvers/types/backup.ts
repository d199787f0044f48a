import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../../scalars/date-time';

enum BackupTrigger {
  OPERATION = 'OPERATION',
  MANUAL = 'MANUAL',
  RECOVERY = 'RECOVERY',
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
    'OPERATION: a critical operation asked for it. MANUAL: a person did. RECOVERY: found missing at a start.',
});
registerEnumType(LogLevel, { name: 'LogLevel' });

@ObjectType('BackupCheck', { simpleResolvers: true, description: 'A test restore that an administrator asked for.' })
export class BackupCheckType {
  @Field(() => DateTime)
  startedAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'Null while it runs.' })
  finishedAt!: Date | null;

  @Field(() => Boolean, { nullable: true, description: 'Null while it runs.' })
  sound!: boolean | null;

  @Field(() => String, { nullable: true, description: 'Why it is not sound, or could not be tried, in one sentence.' })
  problem!: string | null;
}

@ObjectType('Backup', { simpleResolvers: true })
export class BackupType {
  @Field(() => String, { description: 'db_backup-YYYY-MM-DD_HH-mm-ss.sql, in UTC.' })
  filename!: string;

  @Field(() => String, { description: 'The name of the machine that has the file.' })
  host!: string;

  @Field(() => String, { description: 'Where it lies on the server, as commands take it.' })
  path!: string;

  @Field(() => DateTime)
  createdAt!: Date;

  @Field(() => Float)
  sizeBytes!: number;

  @Field(() => String)
  sha256!: string;

  @Field(() => BackupTrigger)
  trigger!: `${BackupTrigger}`;

  @Field(() => Int, { description: 'Every operation up to this number is in it; 0 where there was none yet.' })
  lastOperation!: number;

  @Field(() => Boolean, {
    description: "False for a backup of a history that a restore has abandoned: it covers nothing of today's.",
  })
  current!: boolean;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was last restored into a scratch database and found sound; null where it never was.',
  })
  verifiedAt!: Date | null;

  @Field(() => Int)
  durationMs!: number;

  @Field(() => BackupCheckType, {
    nullable: true,
    description: 'The last test restore of it that this server was asked for; null since its start where none was.',
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

@ObjectType('BackupStatus', { simpleResolvers: true })
export class BackupStatusType {
  @Field(() => Boolean, { description: 'No operation is lost or waits too long, and the last try did not fail.' })
  healthy!: boolean;

  @Field(() => String, { nullable: true, description: 'Why not, in one sentence; null when healthy.' })
  problem!: string | null;

  @Field(() => Boolean)
  running!: boolean;

  @Field(() => Int, { description: 'The newest committed operation; 0 for none.' })
  lastOperation!: number;

  @Field(() => Int, { description: 'The newest operation that a backup contains.' })
  coveredThrough!: number;

  @Field(() => Int, { description: 'lastOperation - coveredThrough.' })
  pendingOperations!: number;

  @Field(() => Int)
  count!: number;

  @Field(() => Float)
  totalBytes!: number;

  @Field(() => Int, { description: 'How many backups rotation keeps.' })
  keep!: number;

  @Field(() => BackupType, { nullable: true })
  latest!: BackupType | null;
}
