import { mayBeOfPool } from '../catalogue';
import { BackupError } from '../errors';
import { contains, NO_OPERATION, type OperationMark } from '../ledger';
import { choose, type Choice, type RestoreSource } from './choose';
import type { RestoreContext } from './context';
import { readDumpRows } from './dump-rows';
import type { JournalEntry } from './ledger';
import { readLive, type LiveState } from './live-state';
import { whyImmovable } from './tables';
import { checkTarget } from './target';

/** Everything that a restore will do, for people to decide on. */
export interface RestorePlan extends Choice {
  source: RestoreSource;
  live: LiveState;
  /** The database that the restored one becomes: the live one, or a new one beside it. */
  target: string;
  /** Beside the live database: it stays as it is. */
  beside: boolean;
  safetyBackup: boolean;
  /** Nobody wants what is replaced. Else it is kept until a backup holds it, also where there was nothing at first. */
  discards: boolean;
  /** The newest operation afterwards; 0 for none. */
  lastOperation: number;
  /** Operations of the live database that will be gone. */
  gone: JournalEntry[];
  /** Operations that the live database does not have now. */
  back: JournalEntry[];
  /** Of the two above the details are not known: the binary log alone has some of these operations. */
  backByLog: { from: number; to: number } | null;
  /** The schema of the file is older: these migrations are run on the restored copy. */
  migrations: string[];
  /** A guess. */
  seconds: number;
}

export interface PlanRequest {
  source: RestoreSource;
  /** Restore beside the live database, into a new one of this name. */
  into: string | null;
  safetyBackup: boolean;
  knownSchemas: readonly string[];
}

/** Measured with two processors, the audit of the copy included (bench/restore.mjs). */
const LOAD_BYTES_A_SECOND = 12 * 2 ** 20;
const DUMP_BYTES_A_SECOND = 150 * 2 ** 20;

/**
 * Finds out what a restore would do; changes nothing.
 * @throws BackupError where it cannot be done
 */
export async function planRestore(context: RestoreContext, request: PlanRequest): Promise<RestorePlan> {
  const { session, ledger, settings } = context;
  const { source, into, knownSchemas } = request;
  const { query, address } = session;
  if (into !== null) await checkTarget(session, into);
  const live = await readLive(session, ledger, settings);
  const choice = await choose(context, live, source);
  const migrations = pendingMigrations(choice.backup, knownSchemas);
  if (into === null) {
    const reason = await whyImmovable(query, address.database);
    if (reason !== null) throw new BackupError(reason);
  }
  const safetyBackup = request.safetyBackup && into === null && !live.empty;
  const { sqlBytes } = choice.backup;
  const notes = mayBeOfPool(choice.backup, live.pool)
    ? choice.notes
    : [...choice.notes, 'This backup is of another pool than the live database.'];
  return {
    ...choice,
    notes,
    source,
    live,
    target: into ?? address.database,
    beside: into !== null,
    safetyBackup,
    discards: !request.safetyBackup,
    migrations,
    ...(await compare(context, live, choice)),
    seconds: Math.ceil(1 + sqlBytes / LOAD_BYTES_A_SECOND + (safetyBackup ? live.bytes / DUMP_BYTES_A_SECOND : 0)),
  };
}

/** Whether operations came or went since that plan: what it says of the live database is no longer so. */
export async function isOutdated({ session, ledger }: RestoreContext, { live, beside }: RestorePlan): Promise<boolean> {
  if (beside || !(live.readable || live.empty)) return false;
  const { number, uid } = await ledger.newestOperation(session.query).catch((): OperationMark => NO_OPERATION);
  return number !== live.newest.number || uid !== live.newest.uid;
}

/** @throws BackupError where the file is from a newer program, or another */
export function pendingMigrations(
  { schemaVersion, path }: Pick<Choice['backup'], 'schemaVersion' | 'path'>,
  known: readonly string[],
): string[] {
  if (schemaVersion === 'none' || schemaVersion === 'unknown') return [];
  const at = known.indexOf(schemaVersion);
  if (at !== -1) return known.slice(at + 1);
  throw new BackupError(
    `${path} holds a database of the schema ${schemaVersion}, which this version does not know: restore it with the ` +
      `version of Motorpool that wrote it, or a later one.`,
  );
}

type Comparison = Pick<RestorePlan, 'lastOperation' | 'gone' | 'back' | 'backByLog'>;

async function compare(context: RestoreContext, live: LiveState, { backup, replay }: Choice): Promise<Comparison> {
  const { ledger, session } = context;
  const mark = replay?.last.number ?? backup.lastOperation.number;
  if (live.readable && (replay !== null || (await isOfToday(context, live, backup)))) {
    const gone = await ledger.journal(session.query, mark + 1, live.newest.number);
    return { lastOperation: mark, gone, back: [], backByLog: null };
  }
  const inFile = ledger.journalOf(await readDumpRows(backup.path, backup.sqlBytes, ledger.dumpedTables));
  const inLive = live.readable ? await ledger.journal(session.query, 1, live.newest.number) : [];
  const fileUids = new Set(inFile.map(({ uid }) => uid));
  const liveUids = new Set(inLive.map(({ uid }) => uid));
  const last = inFile.at(-1)?.number ?? 0;
  return {
    lastOperation: Math.max(last, replay?.last.number ?? 0),
    gone: inLive.filter(({ uid }) => !fileUids.has(uid)),
    back: inFile.filter(({ uid }) => !liveUids.has(uid)),
    backByLog: replay === null || replay.last.number <= last ? null : { from: last + 1, to: replay.last.number },
  };
}

/** Whether the file surely holds the first of the live operations, up to the one that it names, and no other. */
async function isOfToday(
  { ledger, session }: RestoreContext,
  { newest }: LiveState,
  { lastOperation, verifiedAt }: Choice['backup'],
): Promise<boolean> {
  // Until a file was restored once, what it names is the least that it holds.
  if (verifiedAt === null || lastOperation.number > newest.number) return false;
  return contains(ledger, session.query, lastOperation);
}
