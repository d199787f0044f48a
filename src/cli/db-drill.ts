import { BackupError } from '../backup/core/errors';
import { backupSettings } from '../backup/core/settings';
import { leftUntried, runDrill } from '../backup/offsite/drill';
import { describeDrill } from '../backup/offsite/drill-record';
import { parseTarget } from '../config/copy-settings';
import { loadProcessConfig } from '../config/process-config';
import { openDatabase } from '../database/open';
import { command, runCommand, UsageError } from '../program/command';
import { stopSignal, TerminalProgress } from '../program/terminal';
import { backupLedger } from '../services/backup-ledger';
import { acknowledgedAt } from './acknowledged-at';
import { copyAccess } from './copy-access';

const program = command(
  'db:drill',
  'Restores the newest off-site copy on a server of its own, checks it, and tells how long that took. Exit code 1 where it failed.',
)
  .option('--from <target>', 'a folder, or s3://bucket/prefix (default: BACKUP_COPY_TO)')
  .option('--identity <file>', 'the age identity file that opens encrypted copies (default: BACKUP_COPY_IDENTITY_FILE)')
  .action(async (options: { from?: string; identity?: string }) => {
    const config = loadProcessConfig();
    const settings = backupSettings(config.storageDir, config.backup);
    const target = parseTarget(options.from, config.storageDir, (_name, must) => {
      throw new UsageError(`--from ${must}.`);
    });
    const signal = stopSignal();
    const progress = new TerminalProgress();
    const database = await openDatabase(config, { install: true });
    try {
      const drill = await runDrill({
        settings,
        copy: copyAccess(config, options),
        ...(target === null ? {} : { from: target }),
        address: database.address,
        ledger: backupLedger,
        acknowledged: () => acknowledgedAt(database.address),
        signal,
        onProgress: progress.report,
      });
      progress.end();
      if (drill.problem !== null) throw new BackupError(describeDrill(drill));
      process.stdout.write(`${describeDrill(drill)}\n`);
      const untried = leftUntried(drill);
      if (untried !== null) process.stderr.write(`${untried}\n`);
    } catch (error) {
      if (signal.aborted) throw new BackupError('The drill was stopped.', { cause: error });
      throw error;
    } finally {
      progress.end();
      await database.close();
    }
  });

void runCommand(program);
