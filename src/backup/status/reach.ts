import type { Query } from '../../database/connection/query';
import { linksOf } from '../binlog/chains';
import { whyNoLog } from '../binlog/why-no-log';
import type { Ledger } from '../core/ledger';
import { Memory } from '../core/memory';
import type { BackupSettings } from '../core/settings';
import { candidateOf, type LogLink } from '../files/candidate';
import { isGood } from '../files/coverage';
import { logNeededMs, reachedFrom } from '../files/keep-reach';
import type { LabelledBackup } from '../files/proofs';

/** How far back every operation can be restored. */
export interface ReachStatus {
  /** The state after this operation, and after each later one, can be restored; 0: of any; null: there is no backup. */
  reachableFrom: number | null;
  /** When the backup was made that ends with that operation. */
  reachableSince: Date | null;
  /** Why that is less than BACKUP_REACH, and what would change it, in sentences; null where it is not less. */
  reachNote: string | null;
}

const GROWS = 'That is less than BACKUP_REACH, and grows from now on: the files that led further back are gone.';

/** What the server said of its log lately: the status is asked for every few seconds. */
export class LogMemory {
  readonly whyNot = new Memory<string | null>(60_000);
  readonly isThere = new Memory<boolean>(600_000);
}

interface ReachRequest {
  settings: BackupSettings;
  ledger: Pick<Ledger, 'existing'>;
  query: Query;
  memory?: LogMemory;
}

/** @param files of today's history, the newest first */
export async function reachStatus(
  { settings, ledger, query, memory = new LogMemory() }: ReachRequest,
  files: readonly LabelledBackup[],
  now: Date,
): Promise<ReachStatus> {
  const { reachMs } = settings.rules;
  const good = files.filter((file) => isGood(file) && file.safety !== true);
  // A restore has to read the log and to replay it: what a file was known for is nothing without that.
  const neededMs = logNeededMs(reachMs);
  const because = await memory.whyNot.get(`${neededMs}`, () => whyNoLog(query, neededMs)).catch(() => null);
  const request = { session: { query }, ledger, settings, memory: memory.isThere };
  const links = because === null ? await linksOf(request, good) : new Map<string, LogLink>();
  const from = reachedFrom(good.map((file) => candidateOf(file, links)));
  if (from === null) return { reachableFrom: null, reachableSince: null, reachNote: null };
  const { operation, createdAt } = from;
  const isShort = operation > 0 && now.getTime() - createdAt.getTime() < reachMs;
  const reachNote = isShort ? (because === null ? GROWS : `That is less than BACKUP_REACH. ${because}`) : null;
  return { reachableFrom: operation, reachableSince: createdAt, reachNote };
}
