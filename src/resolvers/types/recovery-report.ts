import { Field, Float, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../../scalars/date-time';

@ObjectType('BackupFailure', {
  simpleResolvers: true,
  description: 'A stretch of time in which no backup could be made.',
})
class BackupFailureType {
  @Field(() => DateTime, { description: 'When the first try failed.' })
  begin!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When a try worked again; null while it lasts.' })
  end!: Date | null;

  @Field(() => String, { description: 'Why the first try failed, in one sentence.' })
  problem!: string;
}

@ObjectType('Restoration', { simpleResolvers: true, description: 'Somebody put an older state of the pool back.' })
class RestorationType {
  @Field(() => DateTime, { description: 'When the restored state went live.' })
  at!: Date;

  @Field(() => Int, { description: 'The newest operation of that state; 0 for none.' })
  lastOperation!: number;

  @Field(() => String, {
    nullable: true,
    description: 'Who did it, as of then; null where a later restore has taken that row of the journal away.',
  })
  actor!: string | null;
}

const MEDIAN = (what: string): string => `From the commit until an operation was ${what}, in ms, in the median.`;
const WORST = (what: string): string => `From the commit until an operation was ${what}, in ms, for the slowest.`;

@ObjectType('RecoveryReport', {
  simpleResolvers: true,
  description: `What an auditor asks about backups and restores in a stretch of time, as this server has recorded it. A figure is null where none is known.`,
})
export class RecoveryReportType {
  @Field(() => String, { nullable: true, description: 'What tells this pool from every other.' })
  pool!: string | null;

  @Field(() => DateTime, { description: 'When the report was made.' })
  madeAt!: Date;

  @Field(() => DateTime, { description: 'In that time.' })
  from!: Date;

  @Field(() => DateTime, { description: 'Not in it any more; at most the time of the report.' })
  to!: Date;

  @Field(() => Int, { description: 'How many operations were committed.' })
  operations!: number;

  @Field(() => Int, { description: 'How many changes of any kind were committed, operations too.' })
  changes!: number;

  @Field(() => Float, { nullable: true, description: MEDIAN('stored') })
  storedMsMedian!: number | null;

  @Field(() => Float, { nullable: true, description: WORST('stored') })
  storedMsWorst!: number | null;

  @Field(() => Float, { nullable: true, description: MEDIAN('proven') })
  provenMsMedian!: number | null;

  @Field(() => Float, { nullable: true, description: WORST('proven') })
  provenMsWorst!: number | null;

  @Field(() => Float, { nullable: true, description: MEDIAN('off-site') })
  offsiteMsMedian!: number | null;

  @Field(() => Float, { nullable: true, description: WORST('off-site') })
  offsiteMsWorst!: number | null;

  @Field(() => Int, { description: 'Operations of that time of which no stored backup is recorded here.' })
  notStored!: number;

  @Field(() => Int, { description: 'Operations of that time of which no proof is recorded here.' })
  notProven!: number;

  @Field(() => Int, { description: 'Operations of that time of which no off-site copy is recorded here.' })
  notOffsite!: number;

  @Field(() => Int, { description: 'How often the newest off-site copy was restored to try it.' })
  drills!: number;

  @Field(() => Int, { description: 'How many of these failed.' })
  drillsFailed!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'The measured time to recover, in ms: the longest that a drill took to find, fetch, restore and check a copy.',
  })
  recoveryMsWorst!: number | null;

  @Field(() => [BackupFailureType], { description: 'Oldest first.' })
  failures!: BackupFailureType[];

  @Field(() => [RestorationType], { description: 'Oldest first.' })
  restores!: RestorationType[];

  @Field(() => String, { description: 'What stays by the rules of today, in one sentence.' })
  retention!: string;

  @Field(() => String, { description: 'All of the above as JSON: the text that is signed.' })
  document!: string;

  @Field(() => String, { description: 'Ed25519 over the UTF-8 bytes of document, in base64.' })
  signature!: string;

  @Field(() => String, { description: 'What tells whether the signature fits, as PEM.' })
  publicKey!: string;
}
