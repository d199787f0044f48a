import { mayBeOfPool, type Backup } from '../../files/catalogue';
import { asJudged, isExact, label, labelOf } from '../../files/proofs';
import { BackupError, reasonOf } from '../../core/errors';
import { contains, NO_OPERATION, type OperationMark } from '../../core/ledger';
import { pendingMigrations, unknownSchema } from '../../files/pending-migrations';
import type { Choice, RestoreSource } from './choice';
import { choose } from './choose';
import type { RestoreContext } from '../common/context';
import { readContents, type DumpContents } from '../common/dump-filter';
import { readDumpRows } from './dump-rows';
import type { JournalEntry } from '../../core/restore-ledger';
import { readLive, type LiveState } from './live-state';
import { whyImmovable } from '../common/tables';
import { checkTarget } from './check-target';

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
  /** Operations that only the binary log has; their details are unknown before the replay. */
  backByLog: { from: number; to: number } | null;
  /** Accounts that come back to life or change role, in sentences; null where the live database does not tell. */
  accounts: readonly string[] | null;
  /** They stay disabled until an ADMIN looks. */
  keepDisabled: boolean;
  /** The schema of the file is older: these migrations are run on the restored copy. */
  migrations: string[];
  /** This version does not know the schema of the file: so no migration is run, and somebody must accept that. */
  isOfUnknownSchema: boolean;
  /** A guess. */
  seconds: number;
  /** "table users", "view accounts": what the file holds, and the restored database gets. */
  objects: ReadonlySet<string>;
  /** What the check of the restored copy found, in sentences; null where it is not restored yet. */
  findings: readonly string[] | null;
}

export interface PlanRequest {
  source: RestoreSource;
  /** Restore beside the live database, into a new one of this name. */
  into: string | null;
  safetyBackup: boolean;
  /** Keeps accounts disabled that come back to life or change role; the default. */
  keepDisabled?: boolean;
  knownSchemas: readonly string[];
}

/** Measured with two processors, the ledger check of the copy included (bench/restore.mjs). */
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
  const choice = await chooseJudged(context, live, source);
  const migrations = pendingMigrations(choice.backup, knownSchemas);
  if (into === null) {
    const reason = await whyImmovable(query, address.database);
    if (reason !== null) throw new BackupError(reason);
  }
  const safetyBackup = request.safetyBackup && into === null && !live.empty;
  const { sqlBytes } = choice.backup;
  const { path, database } = choice.backup;
  const contents = await readContents(path, sqlBytes, database);
  const isOurs = mayBeOfPool(choice.backup, live.pool);
  const notes = [
    ...choice.notes,
    ...(migrations === null ? [`As to the file: ${unknownSchema(choice.backup.schemaVersion)}.`] : []),
    ...(isOurs ? [] : ['This backup is of another pool than the live database.']),
    ...notCarried(contents, choice.backup, into),
  ];
  return {
    ...choice,
    notes,
    source,
    live,
    target: into ?? address.database,
    beside: into !== null,
    safetyBackup,
    discards: !request.safetyBackup,
    accounts: into === null ? await accountsOf(context, choice) : [],
    keepDisabled: request.keepDisabled ?? true,
    migrations: migrations ?? [],
    isOfUnknownSchema: migrations === null,
    ...(await compare(context, live, choice)),
    objects: contents.objects,
    findings: null,
    seconds: Math.ceil(1 + sqlBytes / LOAD_BYTES_A_SECOND + (safetyBackup ? live.bytes / DUMP_BYTES_A_SECOND : 0)),
  };
}

async function accountsOf({ ledger, session }: RestoreContext, { backup }: Choice): Promise<string[] | null> {
  const rows = await readDumpRows(backup.path, backup.sqlBytes, ledger.dumpedTables);
  return ledger.accountsThatReturn(rows, session.query);
}

/** What this way of restoring does not carry over, in sentences. */
function notCarried(
  { events, elsewhere, qualified }: DumpContents,
  { database }: Backup,
  into: string | null,
): string[] {
  const notes = elsewhere.map(
    (table) => `The ${table} gets its place in the server's own folder: its DATA DIRECTORY is not taken over.`,
  );
  if (into === null) return notes;
  if (events.length > 0) notes.push(`Events are disabled in ${into}: ${events.join(', ')}.`);
  if (qualified.length > 0) {
    notes.push(
      `These name the database ${database} themselves, and work on that one from ${into}: ${qualified.join(', ')}.`,
    );
  }
  return notes;
}

/** The choice, with what the file's proof knows of its contents. */
async function chooseJudged(context: RestoreContext, live: LiveState, source: RestoreSource): Promise<Choice> {
  const choice = await choose(context, live, source);
  const [backup] = await label(context.settings.proofDirectory, [choice.backup]);
  if (backup === undefined) return choice;
  const isLast = source.kind !== 'file' && labelOf(backup) === 'DAMAGED';
  const note =
    `No other backup leads there. A proof could not restore this one (${reasonOf(backup.proof?.problem)}): it may ` +
    `restore here.`;
  return { ...choice, backup: asJudged(backup), notes: isLast ? [...choice.notes, note] : choice.notes };
}

/** Whether operations came or went since that plan: what it says of the live database is no longer so. */
export async function isOutdated({ session, ledger }: RestoreContext, { live, beside }: RestorePlan): Promise<boolean> {
  if (beside || !(live.readable || live.empty)) return false;
  const { number, uid } = await ledger.newestOperation(session.query).catch((): OperationMark => NO_OPERATION);
  return number !== live.newest.number || uid !== live.newest.uid;
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
  backup: Choice['backup'],
): Promise<boolean> {
  // The lastOperation of an unproven file is a lower bound.
  const { lastOperation } = backup;
  if (!isExact(backup) || lastOperation.number > newest.number) return false;
  return contains(ledger, session.query, lastOperation);
}
