import 'reflect-metadata';
import { backupSettings } from '../backup/core/settings';
import { listLabelled } from '../backup/files/proofs';
import type { Config } from '../config/config';
import { loadProcessConfig } from '../config/process-config';
import { command, runCommand } from '../program/command';
import { byCommand } from '../services/changes';
import { FindingService } from '../services/finding-service';
import { type Finding, findingId } from '../values/finding';
import { workOnLedger } from './ledger-work';

const program = command(
  'ledger:acknowledge',
  'Marks a finding of the ledger check as known and intended. It stays listed; health reports only new findings.',
)
  .argument('<id>', 'the id of the finding, as npm run ledger:check prints it')
  .requiredOption('--reason <text>', 'why it is so, for those who come later')
  .action(async (id: string, { reason }: { reason: string }) => {
    const config = loadProcessConfig();
    const { finding } = await workOnLedger(config, async (dataSource) => {
      const author = byCommand('ledger:acknowledge');
      const said = { id, reason, actor: author.actorName };
      return new FindingService(dataSource).acknowledge(author, said, await foundByProofs(config));
    });
    process.stderr.write(`Acknowledged: ${finding}\n`);
  });

/** What the proofs of the backups found: it need not be in the live database any more. */
async function foundByProofs(config: Config): Promise<Finding[]> {
  const backups = await listLabelled(backupSettings(config.storageDir, config.backup));
  return backups.flatMap(({ proof }) =>
    (proof?.findings ?? []).map((finding) => ({ id: findingId(finding), finding })),
  );
}

void runCommand(program);
