import type { Query } from '../../database/connection/query';
import { linksOf } from '../binlog/chains';
import { whyNoLog } from '../binlog/why-no-log';
import type { Ledger } from '../core/ledger';
import type { BackupSettings } from '../core/settings';
import { candidateOf } from '../files/candidate';
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

/** @param files of today's history, the newest first */
export async function reachStatus(
  { settings, ledger, query }: { settings: BackupSettings; ledger: Pick<Ledger, 'existing'>; query: Query },
  files: readonly LabelledBackup[],
  now: Date,
): Promise<ReachStatus> {
  const { reachMs } = settings.rules;
  const good = files.filter((file) => isGood(file) && file.safety !== true);
  const links = await linksOf({ session: { query }, ledger, settings }, good);
  const from = reachedFrom(good.map((file) => candidateOf(file, links)));
  if (from === null) return { reachableFrom: null, reachableSince: null, reachNote: null };
  const { operation, createdAt } = from;
  const isShort = operation > 0 && now.getTime() - createdAt.getTime() < reachMs;
  const because = isShort ? await whyNoLog(query, logNeededMs(reachMs)).catch(() => null) : null;
  const reachNote = isShort ? (because === null ? GROWS : `That is less than BACKUP_REACH. ${because}`) : null;
  return { reachableFrom: operation, reachableSince: createdAt, reachNote };
}
