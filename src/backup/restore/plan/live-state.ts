import type { Backup } from '../../files/catalogue';
import { coverage } from '../../files/coverage';
import { asJudged, labelOf, listLabelled, type Judged } from '../../files/proofs';
import { NO_OPERATION, type OperationMark } from '../../core/ledger';
import type { Session } from '../../server/session';
import type { BackupSettings } from '../../core/settings';
import type { RestoreLedger } from '../../core/restore-ledger';
import { bytesOf, tablesOf } from '../common/tables';

/** What a restore would replace, and the backups there are. */
export interface LiveState {
  /** Whether it holds any table. */
  empty: boolean;
  /** Whether its journal of operations can be read, and nothing of it is gone. */
  readable: boolean;
  newest: OperationMark;
  /** Tells it from other pools; null where it does not say. */
  pool: string | null;
  bytes: number;
  /** The complete backups whose bytes are not known to be damaged, newest first. */
  backups: readonly Judged[];
  /** The file names of those of today's history; empty where the journal cannot be read. */
  current: ReadonlySet<string>;
  /** The newest backup of the pool, if its last operation is not in the live database. */
  ahead: Backup | null;
}

export async function readLive(
  { query, address }: Session,
  ledger: RestoreLedger,
  settings: BackupSettings,
): Promise<LiveState> {
  const backups = (await listLabelled(settings)).filter(mayRestore).map(asJudged);
  const { database } = address;
  const empty = (await tablesOf(query, database)).length === 0;
  const pool = await ledger.pool(query).catch(() => null);
  const state = { empty, pool, backups, bytes: await bytesOf(query, database) };
  try {
    const { newest, current, ahead } = await coverage(backups, ledger, query);
    if (await ledger.isWhole(query)) return { ...state, readable: true, newest, current, ahead };
  } catch {
    // As where operations are gone.
  }
  return { ...state, readable: false, newest: NO_OPERATION, current: new Set(), ahead: null };
}

/** What a proof could not restore elsewhere may restore here; what does not match its hash never does. */
function mayRestore(backup: Judged): boolean {
  return labelOf(backup) !== 'DAMAGED' || backup.proof?.place !== null;
}
