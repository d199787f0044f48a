import { freeBytes } from '../../database/host/free-space';
import { linkChains, linksOf } from '../binlog/chains';
import { whyNoLog } from '../binlog/why-no-log';
import type { Watch } from '../client/client-run';
import { BackupError, reasonOf } from '../core/errors';
import { poolMark, type Ledger } from '../core/ledger';
import type { BackupLog } from '../core/log';
import type { BackupSettings } from '../core/settings';
import { candidateOf, type Candidate, type LogLink } from '../files/candidate';
import { isOfPool } from '../files/catalogue';
import { coverage, isGood } from '../files/coverage';
import { logNeededMs } from '../files/keep-reach';
import { listLabelled, type LabelledBackup } from '../files/proofs';
import { removeBackups } from '../files/remove-backups';
import { judgeRetention, type Verdict } from '../files/retention';
import { followedBase } from '../segments/chain';
import { removeSegmentsOf } from '../segments/segment-store';
import type { Session } from '../server/session';

interface JudgeContext extends Watch {
  settings: BackupSettings;
  ledger: Ledger;
  session: Session;
  log: BackupLog;
  workDirectory: string;
  tag: string;
  now: () => Date;
  /** Ends the looks at the binary log early: what is known by then decides. */
  hurry?: AbortSignal;
}

interface Prunable extends Candidate {
  /** Absolute. */
  path: string;
}

/**
 * Decides of each backup of the pool by which rules it stays, or why it may go; deletes nothing.
 * @throws BackupError
 */
export async function judgeBackups(context: JudgeContext): Promise<Verdict<Prunable>[]> {
  const { settings, ledger, session, now } = context;
  const { query, address } = session;
  const ours = { database: address.database, ...(await poolMark(ledger, query)) };
  const backups = (await listLabelled(settings)).filter((backup) => isOfPool(backup, ours));
  const { current } = await coverage(backups, ledger, query);
  const ofToday = backups.filter((each) => current.has(each.filename) && isGood(each) && each.safety !== true);
  const links = settings.rules.reachMs === 0 ? new Map<string, LogLink>() : await findLinks(context, ofToday);
  const followed = await followedBase(settings, backups);
  const verdicts = judgeRetention({
    files: backups.map((backup) => ({ ...candidateOf(backup, links), path: backup.path })),
    current,
    keep: settings.keep,
    rules: settings.rules,
    proves: settings.verify === 'restore',
    now: now(),
    freeBytes: await freeBytes(settings.directory),
  });
  return verdicts.map((verdict) =>
    verdict.file.filename === followed
      ? { ...verdict, keptBy: [...verdict.keptBy, 'its log segments go on'], because: null }
      : verdict,
  );
}

/**
 * Deletes what no rule keeps, and the log segments of those: without their base they lead nowhere. Only under the lock on
 * backups.
 * @returns the names of the backups that are gone
 */
export async function prune(
  { directory, logDirectory }: Pick<BackupSettings, 'directory' | 'logDirectory'>,
  verdicts: readonly Verdict<Prunable>[],
): Promise<{ removed: string[]; failures: BackupError[] }> {
  const doomed = verdicts.filter(({ keptBy }) => keptBy.length === 0).map(({ file }) => file);
  const gone = await removeBackups(directory, doomed);
  const removed = gone.removed.map(({ filename }) => filename);
  const failures = [...gone.failures];
  await removeSegmentsOf(logDirectory, removed).catch((error: unknown) => {
    failures.push(BackupError.from(error, 'Log segments of backups that are gone could not be removed'));
  });
  return { removed, failures };
}

async function findLinks(context: JudgeContext, files: readonly LabelledBackup[]): Promise<Map<string, LogLink>> {
  const { session, settings } = context;
  if ((await whyNoLog(session.query, logNeededMs(settings.rules.reachMs))) !== null) return new Map();
  try {
    await linkChains(context, files);
  } catch (error) {
    if (context.signal?.aborted === true) throw error;
    // As on a full disk, where files must go all the more: what was known before is known still.
    context.log.warn(`Where the binary log leads could not be kept: ${reasonOf(error)}.`);
  }
  return linksOf(context, files);
}
