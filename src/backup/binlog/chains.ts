import { z } from 'zod';
import type { Watch } from '../client/client-run';
import { reasonOf } from '../core/errors';
import type { BackupLog } from '../core/log';
import type { BackupSettings } from '../core/settings';
import type { LogLink } from '../files/candidate';
import { backupNames } from '../files/catalogue';
import { newestIn, type Judged } from '../files/proofs';
import { readState, writeState } from '../files/state-file';
import type { Session } from '../server/session';
import { readBinaryLog } from './binary-log';
import { comparePlaces, isInBinaryLog, snapshotPlace } from './binlog-position';
import { changeOf } from './ddl-filter';

/** One look at the log between two backups takes no longer: retention waits for it, and so does the next backup. */
const LOOK_MS = 10_000;

const chains = z.record(
  z.string(),
  z.strictObject({ sha256: z.string(), chain: z.string(), through: z.number().int() }),
);
type Chains = z.output<typeof chains>;

interface ChainRequest extends Watch {
  session: Session;
  settings: Pick<BackupSettings, 'stateDirectory' | 'directory'>;
  workDirectory: string;
  tag: string;
  log: BackupLog;
}

type Place = NonNullable<Awaited<ReturnType<typeof snapshotPlace>>>;

/**
 * Looks in the binary log between each two backups that nobody looked between yet, and keeps what it found. Where nothing
 * but rows changed between them, the log leads from the one to the other, and both are of one chain; files between them may
 * go, and it stays so. It is looked at once for each backup, when there is little between it and the one before.
 * @param files of today's history, the newest first
 */
export async function linkChains(request: ChainRequest, files: readonly Judged[]): Promise<void> {
  const { settings, log } = request;
  const known = (await readState(settings, 'chains', chains)) ?? {};
  const found: Chains = {};
  // Also of files that are gone: the log leads on to what they held.
  const through = new Map<string, number>();
  const reach = (chain: string, operation: number): void => {
    through.set(chain, Math.max(through.get(chain) ?? 0, operation));
  };
  for (const { chain, through: last } of Object.values(known)) reach(chain, last);
  let before: { place: Place; chain: string } | null = null;
  let isUnreadable = false;
  for (const file of [...files].reverse()) {
    const { filename, sha256 } = file;
    const place = await snapshotPlace(file).catch(() => null);
    if (place === null) continue;
    const last = known[filename];
    let chain = last?.sha256 === sha256 ? last.chain : null;
    if (chain === null && before !== null && !isUnreadable) {
      try {
        chain = (await leadsOn(request, before.place, place)) ? before.chain : filename;
      } catch (error) {
        if (request.signal?.aborted === true) throw error;
        // Each further try may take as long, and fail for the same reason.
        isUnreadable = true;
        log.debug(`Whether the binary log leads to ${filename} could not be told: ${reasonOf(error)}.`);
      }
    } else if (before === null) chain ??= filename;
    if (chain !== null) {
      reach(chain, newestIn(file).number);
      found[filename] = { sha256, chain, through: 0 };
    }
    before = { place, chain: chain ?? filename };
  }
  // Another pool may have its backups in the same folder.
  const ours = new Set(files.map(({ filename }) => filename));
  const there = new Set(await backupNames(settings.directory));
  for (const [name, each] of Object.entries(known)) if (!ours.has(name) && there.has(name)) found[name] = each;
  for (const each of Object.values(found)) each.through = through.get(each.chain) ?? 0;
  if (JSON.stringify(found) !== JSON.stringify(known)) await writeState(settings, 'chains', found);
}

/**
 * What is known of where the log leads, by the names of the files. Reads no log: a server is asked once for each chain.
 * @param files of today's history, the newest first
 */
export async function linksOf(
  { session, settings }: Pick<ChainRequest, 'settings'> & { session: Pick<Session, 'query'> },
  files: readonly Judged[],
): Promise<Map<string, LogLink>> {
  const known = (await readState(settings, 'chains', chains)) ?? {};
  const links = new Map<string, LogLink>();
  const reached = new Set<string>();
  for (const file of [...files].reverse()) {
    const { filename, sha256 } = file;
    const last = known[filename];
    if (last?.sha256 !== sha256) continue;
    const { chain, through } = last;
    // The server removes the oldest part first: what comes later in a chain is there as well.
    const inLog = reached.has(chain) || (await isThere(session, file));
    if (inLog) reached.add(chain);
    links.set(filename, { chain, through, inLog });
  }
  return links;
}

async function isThere({ query }: Pick<Session, 'query'>, file: Judged): Promise<boolean> {
  const place = await snapshotPlace(file).catch(() => null);
  return place !== null && (await isInBinaryLog(query, place));
}

/** Whether nothing but rows changed between these two places. @throws BackupError where the log cannot be read */
async function leadsOn(request: ChainRequest, from: Place, to: Place): Promise<boolean> {
  const { query, address } = request.session;
  if (!(await isInBinaryLog(query, from)) || !(await isInBinaryLog(query, to))) return false;
  const order = comparePlaces(from, to);
  if (order >= 0) return order === 0;
  const enough = AbortSignal.timeout(LOOK_MS);
  const signal = request.signal === undefined ? enough : AbortSignal.any([enough, request.signal]);
  try {
    for await (const event of readBinaryLog({ ...request, signal, from, purpose: { kind: 'scan' } })) {
      if (event.kind === 'commit' && comparePlaces(event.at, to) >= 0) return true;
      if (event.kind === 'unknown') return false;
      if (event.kind === 'statement' && changeOf(event.text, event.database, address.database) === 'tables')
        return false;
    }
    return true;
  } catch (error) {
    // What is too long to look at once would be too long each time.
    if (enough.aborted && request.signal?.aborted !== true) return false;
    throw error;
  }
}
