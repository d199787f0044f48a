import { z } from 'zod';
import type { Watch } from '../client/client-run';
import { reasonOf } from '../core/errors';
import type { Ledger, OperationMark } from '../core/ledger';
import { Memory } from '../core/memory';
import type { BackupLog } from '../core/log';
import type { BackupSettings } from '../core/settings';
import type { LogLink } from '../files/candidate';
import { backupNames } from '../files/catalogue';
import { isExact, newestIn, type Judged } from '../files/proofs';
import { readState, writeState } from '../files/state-file';
import type { Session } from '../server/session';
import { operationsBetween } from './between';
import { isInBinaryLog, snapshotPlace } from './binlog-position';

/** All looks of one call together take no longer: retention waits for them, and so does the next backup. */
const LOOK_MS = 5_000;
/** Of a chain so many operations are known by identity: a restore to one of them leaves known how far the chain leads. */
const MOST_MARKS = 200;

const mark = z.strictObject({ number: z.number().int(), uid: z.string().nullable() });
const state = z.strictObject({
  files: z.record(
    z.string(),
    z.strictObject({
      sha256: z.string(),
      chain: z.string(),
      /** The newest operation at its moment, as the log tells it; of the first of a chain, as the file does. */
      last: mark,
    }),
  ),
  /** The newest operations that the log surely leads to in each chain, also of files that are gone, in order. */
  marks: z.record(z.string(), z.array(mark)),
});
type State = z.output<typeof state>;
type Entry = State['files'][string];

interface ChainRequest extends Watch {
  session: Session;
  settings: Pick<BackupSettings, 'stateDirectory' | 'directory' | 'verify'>;
  ledger: Pick<Ledger, 'journalTable'>;
  workDirectory: string;
  tag: string;
  log: BackupLog;
  /** Ends the looks and nothing else: what was found by then is kept, and counts. */
  hurry?: AbortSignal;
  /** For how long to look at most, in ms. */
  lookMs?: number;
}

/** A backup whose place in the log is known. */
interface Placed {
  file: Judged;
  place: NonNullable<Awaited<ReturnType<typeof snapshotPlace>>>;
  /** null: nobody looked yet. */
  entry: Entry | null;
}

/**
 * Looks in the binary log between each two backups that nobody looked between yet, and keeps what it found. Where nothing
 * but rows changed between them, and the log holds each operation, it leads from the one to the other, and both are of one
 * chain; files between them may go, and it stays so. It is looked at once for each backup, when there is little between it
 * and the one before; what there is no time for is looked at the next time.
 * @param files of today's history, the newest first
 */
export async function linkChains(request: ChainRequest, files: readonly Judged[]): Promise<void> {
  const { settings } = request;
  const known = (await readState(settings, 'chains', state)) ?? { files: {}, marks: {} };
  const found: State = { files: {}, marks: {} };
  const looks = new Looks(request, known.marks);
  let before: Placed | null = null;
  try {
    for (const file of [...files].reverse()) {
      const place = await snapshotPlace(file).catch(() => null);
      if (place === null) continue;
      const after: Placed = { file, place, entry: rememberedOf(known.files[file.filename], file) };
      after.entry ??= before === null ? looks.first(file) : await looks.between(before, after);
      if (after.entry !== null) found.files[file.filename] = after.entry;
      before = after;
    }
  } finally {
    // Another pool may have its backups in the same folder.
    const there = new Set(await backupNames(settings.directory));
    for (const [name, entry] of Object.entries(known.files)) if (there.has(name)) found.files[name] ??= entry;
    for (const { chain } of Object.values(found.files)) found.marks[chain] = looks.marks[chain] ?? [];
    if (JSON.stringify(found) !== JSON.stringify(known)) await writeState(settings, 'chains', found);
  }
}

/** A proof that read other operations than the log told of says that the log lacks some: the file begins a chain again. */
function rememberedOf(entry: Entry | undefined, file: Judged): Entry | null {
  if (entry?.sha256 !== file.sha256) return null;
  const isSame = !isExact(file) || newestIn(file).number === entry.last.number;
  return isSame ? entry : { ...entry, chain: file.filename, last: newestIn(file) };
}

/** The looks of one call. */
class Looks {
  readonly marks: State['marks'];
  private readonly enough: AbortSignal;
  private readonly signal: AbortSignal;
  private isOver = false;
  private count = 0;

  constructor(
    private readonly request: ChainRequest,
    marks: State['marks'],
  ) {
    const { signal, hurry, lookMs = LOOK_MS } = request;
    this.marks = { ...marks };
    this.enough = AbortSignal.timeout(lookMs);
    this.signal = AbortSignal.any([this.enough, ...[signal, hurry].filter((each) => each !== undefined)]);
  }

  first(file: Judged): Entry {
    const last = newestIn(file);
    this.marks[file.filename] = [last];
    return { sha256: file.sha256, chain: file.filename, last };
  }

  /** Null where it cannot be told yet. */
  async between(before: Placed, after: Placed): Promise<Entry | null> {
    if (this.isOver || this.signal.aborted || before.entry === null) return null;
    this.count += 1;
    try {
      return (await this.look(before, before.entry, after)) ?? this.otherwise(before, after);
    } catch (error) {
      if (this.request.signal?.aborted === true) throw error;
      // Each further try may take as long, and fail for the same reason.
      this.isOver = true;
      // What had all the time of one call and was too long would be too long each time.
      if (this.enough.aborted && this.count === 1) return this.first(after.file);
      const { filename } = after.file;
      this.request.log.debug(`Whether the binary log leads to ${filename} could not be told: ${reasonOf(error)}.`);
      return null;
    }
  }

  private async look(before: Placed, { chain, last }: Entry, after: Placed): Promise<Entry | null> {
    const { query } = this.request.session;
    if (!(await isInBinaryLog(query, before.place)) || !(await isInBinaryLog(query, after.place))) return null;
    const isKnown = isExact(before.file) || chain !== before.file.filename;
    const from = isExact(before.file) ? newestIn(before.file) : last;
    const seen = await operationsBetween({
      ...this.request,
      ...{ signal: this.signal, from: before.place, to: after.place, last: from, lastIsExact: isKnown },
    });
    if (seen === null) return null;
    const newest = seen.at(-1) ?? from;
    const wanted = newestIn(after.file);
    const holds = [from, ...seen].some(({ number, uid }) => number === wanted.number && uid === wanted.uid);
    // What is not proven yet may hold a few more.
    if (!holds || (isExact(after.file) && newest.number !== wanted.number)) return null;
    this.marks[chain] = [...(this.marks[chain] ?? []), ...seen].slice(-MOST_MARKS);
    return { sha256: after.file.sha256, chain, last: newest };
  }

  /** While the file before waits for its proof it may hold more than is known, which the log then has before it. */
  private otherwise(before: Placed, after: Placed): Entry | null {
    const isFirst = before.entry?.chain === before.file.filename;
    if (!isFirst || isExact(before.file) || this.request.settings.verify !== 'restore') return this.first(after.file);
    this.isOver = true;
    return null;
  }
}

/**
 * What is known of where the log leads, by the names of the files. Reads no log: a server is asked once for each chain.
 * @param files of today's history, the newest first
 */
export async function linksOf(
  request: Pick<ChainRequest, 'settings'> & {
    session: Pick<Session, 'query'>;
    ledger: Pick<Ledger, 'existing'>;
    /** Where the server was asked lately: a MariaDB server reads up to a whole file of its log to answer. */
    memory?: Memory<boolean>;
  },
  files: readonly Judged[],
): Promise<Map<string, LogLink>> {
  const { session, settings, ledger, memory = new Memory<boolean>(0) } = request;
  const known = (await readState(settings, 'chains', state)) ?? { files: {}, marks: {} };
  const entries = [...files].reverse().flatMap((file) => {
    const entry = rememberedOf(known.files[file.filename], file);
    return entry === null ? [] : [{ file, entry }];
  });
  const ends = await endsOf(
    new Map(entries.map(({ entry: { chain } }) => [chain, known.marks[chain] ?? []])),
    (marks) => ledger.existing(session.query, marks),
  );
  const links = new Map<string, LogLink>();
  const reached = new Set<string>();
  for (const { file, entry } of entries) {
    const { chain, last } = entry;
    // The server removes the oldest part first: what comes later in a chain is there as well.
    const inLog = reached.has(chain) || (await memory.get(file.sha256, () => isThere(session, file)));
    if (inLog) reached.add(chain);
    links.set(file.filename, { chain, through: Math.max(ends.get(chain) ?? 0, last.number), inLog });
  }
  return links;
}

/** The newest operation of today's history that each chain leads to: a restore abandons what came after it. */
async function endsOf(
  chains: ReadonlyMap<string, readonly OperationMark[]>,
  existing: (marks: readonly OperationMark[]) => Promise<Set<string>>,
): Promise<Map<string, number>> {
  const newest = [...chains.values()].flatMap((marks) => marks.slice(-1));
  let there = newest.length === 0 ? new Set<string>() : await existing(newest);
  const isThere = ({ uid }: OperationMark): boolean => uid === null || there.has(uid);
  if (!newest.every(isThere)) there = await existing([...chains.values()].flat());
  return new Map([...chains].map(([chain, marks]) => [chain, marks.findLast(isThere)?.number ?? 0]));
}

async function isThere({ query }: Pick<Session, 'query'>, file: Judged): Promise<boolean> {
  const place = await snapshotPlace(file).catch(() => null);
  return place !== null && (await isInBinaryLog(query, place));
}
