import { Arg, Ctx, Int, Mutation, Query, Resolver } from 'type-graphql';
import { notFound } from '../services/errors';
import { checkFirst } from '../services/page';
import type { Context } from './context';
import { BackupLogEntryType, BackupStatusType, BackupType } from './types/backup';

/** Of the admin schema alone. */
@Resolver()
export class BackupResolver {
  @Query(() => [BackupType], { description: 'Newest first. What is no complete backup is not listed.' })
  async backups(
    @Arg('first', () => Int, { nullable: true, defaultValue: 50 }) first: number | null,
    @Arg('everywhere', () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: 'Also those on the disks of other servers on this database, as these last told of them.',
    })
    everywhere: boolean | null,
    @Ctx() { backups }: Context,
  ): Promise<BackupType[]> {
    const most = checkFirst(first ?? 50);
    return (everywhere === true ? await backups.listEverywhere() : await backups.list()).slice(0, most);
  }

  @Query(() => BackupType, { nullable: true })
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

  @Mutation(() => BackupStatusType, { description: 'Asks for a backup now, in the background, and answers at once.' })
  createBackup(@Ctx() { backups }: Context): Promise<BackupStatusType> {
    backups.request('MANUAL');
    return backups.status();
  }

  @Mutation(() => BackupType, {
    description:
      'Restores it into a scratch database and looks whether it is sound, in the background, and answers at once: its check tells how that goes.',
  })
  async verifyBackup(
    @Arg('filename', () => String) filename: string,
    @Ctx() { backups }: Context,
  ): Promise<BackupType> {
    const backup = await backups.verify(filename);
    if (backup === null) throw notFound('backup', filename);
    return backup;
  }
}
