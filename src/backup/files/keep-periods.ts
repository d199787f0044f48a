import type { PeriodRules } from '../core/settings';
import { agesOf, type Candidate } from './candidate';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 1 January 1970 was a Thursday: weeks begin on Monday. */
const DAYS_BEFORE_THURSDAY = 3;
/** Of the time of BACKUP_KEEP_WITHIN, the longest that may pass between two backups. */
const LEAP = 2 / 7;

/** In which hour, day, week, month and year of UTC a moment lies. */
const PERIODS: Readonly<Record<Exclude<keyof PeriodRules, 'withinMs'>, (at: Date) => number>> = {
  hourly: (at) => Math.floor(at.getTime() / HOUR_MS),
  daily: (at) => Math.floor(at.getTime() / DAY_MS),
  weekly: (at) => Math.floor((Math.floor(at.getTime() / DAY_MS) + DAYS_BEFORE_THURSDAY) / 7),
  monthly: (at) => at.getUTCFullYear() * 12 + at.getUTCMonth(),
  yearly: (at) => at.getUTCFullYear(),
};

/**
 * What the rules by period keep, and by which of them: of each of the last n hours, days and so on in which there are
 * states, the newest one. Two files of one state are one. What is trusted is counted by itself, so that nothing UNPROVEN
 * and nothing UNSOUND takes its place; of these as many stay as well, where they are newer than the last that is counted.
 * @param files of today's history, the newest first, none of them DAMAGED
 */
export function keepPeriods<T extends Candidate>(
  files: readonly T[],
  rules: PeriodRules,
  { now, proves }: { now: Date; proves: boolean },
): Map<T, string[]> {
  const kept = new Map<T, string[]>();
  const mark = (rule: string, chosen: readonly T[]): void => {
    for (const file of chosen) kept.set(file, [...(kept.get(file) ?? []), rule]);
  };
  const isUnsound = ({ proof }: T): boolean => proof?.state === 'UNSOUND';
  const isTrusted = (file: T): boolean => !isUnsound(file) && (file.proof !== null || !proves);
  const trusted = files.filter(isTrusted);
  const others = [files.filter((file) => !isTrusted(file) && !isUnsound(file)), files.filter(isUnsound)];
  for (const [rule, periodOf] of Object.entries(PERIODS)) {
    const most = rules[rule as keyof typeof PERIODS];
    if (most === 0) continue;
    const counted = newestOfEach(trusted, periodOf, most);
    const last = counted.length < most ? undefined : counted.at(-1);
    const newer = new Set(last === undefined ? files : files.slice(0, files.indexOf(last)));
    const beside = others.flatMap((those) =>
      newestOfEach(
        those.filter((file) => newer.has(file)),
        periodOf,
        most,
      ),
    );
    mark(rule, [...counted, ...beside]);
  }
  if (rules.withinMs > 0) {
    const leapMs = rules.withinMs * LEAP;
    const ages = agesOf(files, now, leapMs);
    // The leap is spare: a clock put forward once takes nothing away.
    const isWithin = (file: T): boolean => (ages.get(file) ?? 0) <= rules.withinMs + leapMs;
    mark(
      'within',
      [trusted, ...others].flatMap((those) => newestOfEach(those.filter(isWithin), null, Infinity)),
    );
  }
  return kept;
}

/** The newest of each period, up to so many periods, and none of a state that was chosen before. */
function newestOfEach<T extends Candidate>(
  files: readonly T[],
  periodOf: ((at: Date) => number) | null,
  most: number,
): T[] {
  const states = new Set<string>();
  const periods = new Set<number>();
  const chosen: T[] = [];
  for (const file of files) {
    if (chosen.length >= most) break;
    const period = periodOf?.(file.createdAt) ?? chosen.length;
    // Compared with what was chosen alone: so the same are chosen again out of what is left.
    if (states.has(file.state) || periods.has(period)) continue;
    states.add(file.state);
    periods.add(period);
    chosen.push(file);
  }
  return chosen;
}
