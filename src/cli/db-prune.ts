import { runPrune } from '../backup/run/run-prune';
import { backupSettings } from '../backup/core/settings';
import { loadProcessConfig } from '../config/config';
import { openDatabase } from '../database/open';
import { backupLedger } from '../services/backup-ledger';
import { command, EXIT, runCommand } from '../program/command';
import { stopSignal } from '../program/terminal';

const program = command(
  'db:prune',
  'Applies the retention rules now; prints each backup with the rules that keep it, or why it goes.',
)
  .option('--dry-run', 'print it and delete nothing')
  .action(async ({ dryRun = false }: { dryRun?: boolean }) => {
    const config = loadProcessConfig();
    const settings = backupSettings(config.storageDir, config.backup);
    const signal = stopSignal();
    const database = await openDatabase(config);
    try {
      const dependencies = { settings, address: database.address, ledger: backupLedger, signal };
      const { files, removed, warnings } = await runPrune(dependencies, { dryRun });
      for (const { filename, keptBy, because } of files) {
        process.stdout.write(`${because === null ? 'keep' : 'drop'}  ${filename}  ${because ?? keptBy.join(', ')}\n`);
      }
      for (const warning of warnings) process.stderr.write(`${warning}\n`);
      if (warnings.length > 0) process.exitCode = EXIT.failed;
      const count = `${removed.length} of ${files.length} backups`;
      process.stderr.write(dryRun ? `${count} would be removed.\n` : `${count} removed.\n`);
    } finally {
      await database.close();
    }
  });

void runCommand(program);
