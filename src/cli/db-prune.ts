import 'reflect-metadata';
import { runPrune } from '../backup/run/run-prune';
import { backupSettings } from '../backup/core/settings';
import { loadProcessConfig } from '../config/process-config';
import type { DatabaseAddress } from '../database/connection/address';
import { createDataSource } from '../database/data-source';
import { openDatabase } from '../database/open';
import { backupLedger } from '../services/backup-ledger';
import { byCommand, changeRows } from '../services/changes';
import { tryChangeAgain } from '../services/retry';
import { command, EXIT, messageOf, runCommand } from '../program/command';
import { stopSignal } from '../program/terminal';

/** So many names fit into a row of the journal; the backup's log has all of them. */
const NAMED = 500;

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
      if (!dryRun && removed.length > 0) {
        await note(database.address, removed).catch((error: unknown) => {
          warnings.push(`The journal of changes does not tell of it: ${messageOf(error)}`);
        });
      }
      for (const warning of warnings) process.stderr.write(`${warning}\n`);
      if (warnings.length > 0) process.exitCode = EXIT.failed;
      const count = `${removed.length} of ${files.length} backups`;
      process.stderr.write(dryRun ? `${count} would be removed.\n` : `${count} removed.\n`);
    } finally {
      await database.close();
    }
  });

/**
 * What a person removed is a change, told once it is done. What a backup's own rotation removes is told in the backup's log alone:
 * a row for it would be a change that needs a backup, whose rotation is the next change, for ever.
 */
async function note(address: DatabaseAddress, removed: readonly string[]): Promise<void> {
  const dataSource = await createDataSource(address).initialize();
  try {
    const files = removed.slice(0, NAMED).join(', ');
    const after = { removed: removed.length, files: removed.length > NAMED ? `${files}, ...` : files };
    const changed = { subject: 'backups' as const, id: null, after };
    await tryChangeAgain(() =>
      changeRows(dataSource, byCommand('db:prune'), () => Promise.resolve({ result: undefined, changed })),
    );
  } finally {
    await dataSource.destroy();
  }
}

void runCommand(program);
