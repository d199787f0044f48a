import { Arg, Args, Ctx, Int, Mutation, Query, Resolver } from 'type-graphql';
import { byAccount } from '../services/changes';
import { DateTime } from '../scalars/date-time';
import { notFound } from '../services/errors';
import { checkTimes } from '../services/filters';
import { checkFirst } from '../services/page';
import { backupPage } from './backup-page';
import { type Context, viewerOf } from './context';
import { BackupArguments } from './types/arguments';
import { BackupLogEntryType, BackupStatusType, BackupType } from './types/backup';
import { RecoveryReportType } from './types/recovery-report';
import { BackupConnection, type Connection, connection } from './types/connections';

const EVERYWHERE = {
  nullable: true,
  defaultValue: false,
  description: 'Include backups on other servers that share this database, as last reported by them.',
} as const;

/** Part of the admin schema only. */
@Resolver()
export class BackupResolver {
  @Query(() => [BackupType], {
    description:
      'Newest first. Incomplete files are not listed. A plain list, for clients that need no more: backupsPage filters and pages both ways.',
  })
  async backups(
    @Arg('first', () => Int, { nullable: true, defaultValue: 50, description: '1 to 1000.' }) first: number | null,
    @Arg('everywhere', () => Boolean, EVERYWHERE) everywhere: boolean | null,
    @Ctx() { backups }: Context,
  ): Promise<BackupType[]> {
    const most = checkFirst(first ?? 50);
    return (everywhere === true ? await backups.listEverywhere() : await backups.list()).slice(0, most);
  }

  @Query(() => BackupConnection, { description: 'Newest first. Incomplete files are not listed.' })
  async backupsPage(
    @Args() list: BackupArguments,
    @Arg('everywhere', () => Boolean, EVERYWHERE) everywhere: boolean | null,
    @Ctx() { backups }: Context,
  ): Promise<Connection<BackupType>> {
    return connection(backupPage(everywhere === true ? await backups.listEverywhere() : await backups.list(), list));
  }

  @Query(() => BackupType, { nullable: true, description: 'The newest backup of this server; null for none.' })
  async latestBackup(@Ctx() { backups }: Context): Promise<BackupType | null> {
    return (await backups.list())[0] ?? null;
  }

  @Query(() => [BackupLogEntryType], { description: 'The last lines of the backup log, oldest first.' })
  backupLog(
    @Arg('lines', () => Int, { nullable: true, defaultValue: 20 }) lines: number | null,
    @Ctx() { backups }: Context,
  ): Promise<BackupLogEntryType[]> {
    return backups.log(checkFirst(lines ?? 20, 'lines'));
  }

  @Query(() => BackupStatusType)
  backupStatus(@Ctx() { backups }: Context): Promise<BackupStatusType> {
    return backups.status();
  }

  @Query(() => RecoveryReportType, {
    description: 'What an auditor asks about backups and restores in that time, signed. As text: npm run db:report.',
  })
  recoveryReport(
    @Arg('from', () => DateTime, { description: 'Included.' }) from: Date,
    @Arg('to', () => DateTime, { description: 'Not included. Not before from.' }) to: Date,
    @Ctx() { backups }: Context,
  ): Promise<RecoveryReportType> {
    checkTimes({ from, to }, ['from', 'to'], '');
    return backups.report(from, to);
  }

  @Mutation(() => BackupStatusType, {
    description: 'Starts a backup in the background and returns immediately. Poll `backupStatus` for the result.',
  })
  createBackup(@Ctx() { backups }: Context): Promise<BackupStatusType> {
    backups.request('MANUAL');
    return backups.status();
  }

  @Mutation(() => BackupType, {
    description:
      'Starts a test restore in the background and returns immediately. Poll `Backup.check` for its progress and `Backup.proof` for the result.',
  })
  async verifyBackup(
    @Arg('filename', () => String) filename: string,
    @Ctx() { backups }: Context,
  ): Promise<BackupType> {
    const backup = await backups.verify(filename);
    if (backup === null) throw notFound('backup', filename);
    return backup;
  }

  @Mutation(() => BackupStatusType, {
    description: 'Marks a finding as known and intended. It stays listed; health reports only new findings.',
  })
  async acknowledgeFinding(
    @Arg('id', () => String) id: string,
    @Arg('reason', () => String) reason: string,
    @Ctx() context: Context,
  ): Promise<BackupStatusType> {
    const { backups, services } = context;
    const viewer = viewerOf(context);
    const author = byAccount('acknowledgeFinding', viewer);
    const { findings } = await backups.status();
    await services.findings.acknowledge(author, { id, reason, actor: viewer.email }, findings);
    return backups.status();
  }
}
