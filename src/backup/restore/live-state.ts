import { listBackups, type Backup } from '../catalogue';
import { coverage } from '../coverage';
import { NO_OPERATION, type OperationMark } from '../ledger';
import type { Session } from '../session';
import type { BackupSettings } from '../settings';
import type { RestoreLedger } from './ledger';
import { bytesOf, tablesOf } from './tables';

/** What a restore would replace, and the backups there are. */
export interface LiveState {
  /** Whether it holds any table. */
  empty: boolean;
  /** Whether its journal of operations can be read. */
  readable: boolean;
  newest: OperationMark;
  bytes: number;
  /** The complete backups, newest first. */
  backups: readonly Backup[];
  /** The file names of those of today's history; empty where the journal cannot be read. */
  current: ReadonlySet<string>;
}

export async function readLive(
  { query, address }: Session,
  ledger: RestoreLedger,
  settings: BackupSettings,
): Promise<LiveState> {
  const backups = await listBackups(settings.directory);
  const { database } = address;
  const empty = (await tablesOf(query, database)).length === 0;
  const state = { empty, backups, bytes: await bytesOf(query, database) };
  try {
    const { newest, current } = await coverage(backups, ledger, query);
    return { ...state, readable: true, newest, current };
  } catch {
    return { ...state, readable: false, newest: NO_OPERATION, current: new Set() };
  }
}
