import type { BackupLog } from './backup/log';
import { BackupRequester } from './backup/request';
import { BackupWebhook } from './backup/webhook';
import type { WorkerInput } from './cli/worker-input';
import type { Config } from './config';

/** Somebody may have removed a copy, or a command made a backup. */
const LOOK_AGAIN_MS = 60 * 60_000;
/** Small copies are done by then; the others begin again at the next start. */
const GRACE_MS = 5_000;

export interface Copier {
  requester: BackupRequester;
  /** Asks for a copy of whatever backup has none, in the background. */
  request(): void;
  close(): Promise<void>;
}

/**
 * Copies the backups to BACKUP_COPY_TO in processes of their own, so that neither a slow nor a failing target keeps a
 * backup waiting. null where no copies are kept.
 * @param program the program that makes the copies, as `node` is given it
 */
export async function createCopier(options: {
  config: Config;
  log: BackupLog;
  /** Where `log` writes to. */
  logFile: string;
  program: string;
}): Promise<Copier | null> {
  const { config, log, logFile, program } = options;
  const { copy, webhookUrl } = config.backup;
  if (copy.target === null) return null;
  const webhook = webhookUrl === null ? null : await BackupWebhook.open(webhookUrl, log, logFile, 'copy');
  let closing = false;
  const requester = new BackupRequester({
    command: [process.execPath, program],
    input: (request) => JSON.stringify({ config, request } satisfies WorkerInput),
    log,
    what: 'copy',
    onOutcome: ({ problem }) => {
      // One that was asked to end has neither failed nor succeeded.
      if (!closing) webhook?.tell(problem);
    },
  });
  const request = (): void => {
    requester.request('OPERATION');
  };
  const timer = setInterval(request, LOOK_AGAIN_MS).unref();
  return {
    requester,
    request,
    close: async () => {
      closing = true;
      clearInterval(timer);
      await requester.stopWithin(GRACE_MS);
      await webhook?.stop();
    },
  };
}
