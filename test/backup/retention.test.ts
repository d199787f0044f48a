import type { PeriodRules, RetentionRules } from '../../src/backup/core/settings';
import type { Candidate } from '../../src/backup/files/candidate';
import { reachedFrom } from '../../src/backup/files/keep-reach';
import { judgeRetention } from '../../src/backup/files/retention';

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 5);
const OFF: RetentionRules = { reachMs: 0, withinMs: 0, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 };

type Label = 'PROVEN' | 'UNPROVEN' | 'UNSOUND' | 'DAMAGED';

/** A backup, and when it was made by a clock that is never wrong. */
type File = Candidate & { madeAt: number; label: Label };

interface Policy {
  files: readonly File[];
  rules?: Partial<RetentionRules>;
  keep?: number;
  proves?: boolean;
  now?: number;
  current?: ReadonlySet<string>;
  freeBytes?: number;
}

function fileOf(i: number, madeAt: number, change: Partial<File> = {}): File {
  const { label = 'PROVEN', operation = i } = change;
  return {
    filename: `db_backup-${String(i).padStart(6, '0')}`,
    createdAt: new Date(madeAt),
    madeAt,
    sizeBytes: 1_000,
    proof: label === 'UNPROVEN' ? null : { state: label },
    operation,
    state: `operation ${operation}`,
    link: null,
    ...change,
    label,
  };
}

/** What stays, newest first. */
function stay({ files, rules = {}, keep = 1, proves = true, now, current, freeBytes = Infinity }: Policy): File[] {
  const verdicts = judgeRetention({
    files,
    current: current ?? new Set(files.map(({ filename }) => filename)),
    keep,
    rules: { ...OFF, ...rules },
    proves,
    now: new Date(now ?? files[0]?.createdAt ?? START),
    freeBytes,
  });
  if (verdicts.some(({ keptBy, because }) => (because === null) !== keptBy.length > 0)) throw new Error('no reason');
  return verdicts.filter(({ keptBy }) => keptBy.length > 0).map(({ file }) => file);
}

const operationsOf = (files: readonly File[]): number[] => files.map(({ operation }) => operation);
/** So many backups, one an operation, so far apart; the newest first. */
const series = (count: number, everyMs: number, change: (i: number) => Partial<File> = () => ({})): File[] =>
  Array.from({ length: count }, (_, i) => fileOf(i, START + i * everyMs, change(i))).reverse();
/** A log that leads on to the 10 000th operation. */
const inOneChain = (): Partial<File> => ({ link: { chain: 'a', through: 10_000, inLog: true } });
const ofTwoChains =
  (from: number) =>
  (i: number): Partial<File> => ({
    link: i < from ? { chain: 'a', through: from - 1, inLog: true } : { chain: 'b', through: 10_000, inLog: true },
  });

describe('the reach', () => {
  test('where the log leads on, twelve operations in three seconds need the newest and the first', () => {
    const files = series(13, SECOND / 4, inOneChain);
    expect(operationsOf(stay({ files, rules: { reachMs: 14 * DAY }, keep: 10 }))).toEqual([
      ...[12, 11, 10, 9, 8, 7, 6, 5, 4, 3],
      0,
    ]);
  });

  test('a busy month needs a base every seventh of the reach beyond the newest ten, and they move on', () => {
    let files: File[] = [];
    for (let hour = 0; hour < 60 * 24; hour++) {
      files = [fileOf(hour, START + hour * HOUR, inOneChain()), ...files];
      files = stay({ files, rules: { reachMs: 14 * DAY }, keep: 10 });
    }
    expect(files.length).toBeLessThanOrEqual(10 + 10);
    const oldest = files.at(-1)?.madeAt ?? 0;
    const newest = files[0]?.madeAt ?? 0;
    expect(newest - oldest).toBeGreaterThanOrEqual(14 * DAY);
    expect(newest - oldest).toBeLessThanOrEqual(22 * DAY);
    expect(reachedFrom(files)?.operation).toBe(files.at(-1)?.operation);
  });

  test('without a log each operation of the reach keeps its file, and of one operation the newest', () => {
    const files = series(40, DAY, (i) => ({ operation: Math.floor(i / 2) }));
    const kept = stay({ files, rules: { reachMs: 7 * DAY } });
    expect(operationsOf(kept)).toEqual([19, 18, 17, 16, 15, 14]);
    expect(kept.every(({ filename }) => Number(filename.slice(-6)) % 2 === 1)).toBe(true);
  });

  test('a base that nobody has proven leads nowhere yet', () => {
    const files = series(5, SECOND, (i) => ({ ...inOneChain(), label: i === 0 ? 'UNPROVEN' : 'PROVEN' }));
    expect(operationsOf(stay({ files, rules: { reachMs: DAY } }))).toEqual([4, 1, 0]);
    expect(operationsOf(stay({ files, rules: { reachMs: DAY }, proves: false }))).toEqual([4, 0]);
  });

  test.each([
    ['without a log', (): Partial<File> => ({})],
    ['where the log leads on', inOneChain],
  ])('an UNSOUND file takes no PROVEN one’s place, %s', (_, linkOf) => {
    const files = [
      ...[fileOf(4, START + 3, { ...linkOf(), operation: 52 }), fileOf(3, START + 2, { ...linkOf(), operation: 51 })],
      fileOf(2, START + 1, { ...linkOf(), operation: 50, label: 'UNSOUND' }),
      fileOf(1, START, { ...linkOf(), operation: 50 }),
    ];
    expect(stay({ files, rules: { reachMs: DAY } }).map(({ filename }) => filename)).toContain(files[3]?.filename);
    const altered = files.slice(0, 3);
    expect(operationsOf(stay({ files: altered, rules: { reachMs: DAY } }))).toEqual([52, 51, 50]);
  });

  test('a migration or a restore in between begins a new chain, which needs a base of its own', () => {
    const files = series(8, SECOND, ofTwoChains(5));
    expect(operationsOf(stay({ files, rules: { reachMs: DAY } }))).toEqual([7, 5, 0]);
  });

  test('a log that is gone leads nowhere', () => {
    const files = series(6, SECOND, (i) => ({ link: { chain: 'a', through: 5, inLog: i >= 3 } }));
    expect(operationsOf(stay({ files, rules: { reachMs: DAY } }))).toEqual([5, 3, 2, 1, 0]);
  });

  test('files that only the reach keeps leave half of the disk space to new backups, and the oldest go first', () => {
    const files = series(101, SECOND);
    const room = { files, rules: { reachMs: DAY }, keep: 1 };
    expect(stay({ ...room, freeBytes: 0 })).toHaveLength(50);
    const kept = stay({ ...room, freeBytes: 50_000 });
    expect(operationsOf(kept)).toEqual(operationsOf(files.slice(0, 75)));
    expect(stay({ ...room, files: kept, freeBytes: 50_000 + 26_000 })).toEqual(kept);
  });

  test('what is told of it: from where on every operation can be restored', () => {
    const led = series(10, SECOND, ofTwoChains(4));
    const without = (...gone: number[]): File[] => led.filter(({ operation }) => !gone.includes(operation));
    expect(reachedFrom(led)?.operation).toBe(0);
    expect(reachedFrom(without(5, 6, 7, 8))?.operation).toBe(0);
    expect(reachedFrom(without(1, 2, 3))?.operation).toBe(0);
    expect(reachedFrom(without(4))?.operation).toBe(5);
    expect(reachedFrom([])).toBeNull();
  });
});

describe('rules by period', () => {
  test('of each of the last so many days with states, the newest', () => {
    const files = series(60, 6 * HOUR);
    expect(operationsOf(stay({ files, rules: { daily: 3 } }))).toEqual([59, 55, 51]);
    expect(operationsOf(stay({ files, rules: { weekly: 2, daily: 2 } }))).toEqual([59, 55]);
  });

  test('weeks begin on Monday, months and years on their first', () => {
    const at = (...days: string[]): File[] => days.map((day, i) => fileOf(i, Date.parse(`${day}T12:00:00Z`))).reverse();
    const weeks = at('2026-11-22', '2026-11-23', '2026-11-29', '2026-11-30');
    expect(operationsOf(stay({ files: weeks, rules: { weekly: 3 } }))).toEqual([3, 2, 0]);
    const months = at('2025-12-31', '2026-01-01', '2026-01-31', '2026-02-01');
    expect(operationsOf(stay({ files: months, rules: { monthly: 3 } }))).toEqual([3, 2, 0]);
    expect(operationsOf(stay({ files: months, rules: { yearly: 2 } }))).toEqual([3, 0]);
  });

  test('states are counted, not files: copies of one state are one', () => {
    const files = series(20, DAY, (i) => ({ operation: Math.min(i, 5) }));
    expect(operationsOf(stay({ files, rules: { daily: 3 } }))).toEqual([5, 4, 3]);
  });

  test('UNSOUND, UNPROVEN and DAMAGED ones never take the place of a good one', () => {
    for (const label of ['UNSOUND', 'UNPROVEN', 'DAMAGED'] as const) {
      const files = series(20, DAY, (i) => ({ label: i < 10 ? 'PROVEN' : label }));
      expect(operationsOf(stay({ files, rules: { daily: 3 } })).slice(-3)).toEqual([9, 8, 7]);
    }
  });

  test('within a time every state stays', () => {
    const kept = operationsOf(stay({ files: series(100, HOUR), rules: { withinMs: 21 * HOUR } }));
    expect(kept).toHaveLength(28);
    expect(operationsOf(stay({ files: series(100, HOUR), rules: {} }))).toEqual([99]);
  });
});

describe('ten thousand random histories', () => {
  const HISTORIES = 10_000;
  let seed = 20261130;
  const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  const oneOf = <T>(values: readonly [T, ...T[]]): T => values[random(values.length)] ?? values[0];

  interface World {
    files: File[];
    current: Set<string>;
    policy: { keep: number; proves: boolean; rules: RetentionRules };
  }

  /** Backups at uneven times; a clock may be put forward or back once, for a while or for good. */
  function world(): World {
    const count = random(26);
    const jumpAt = random(count * 2 + 1);
    const jumpEnds = random(2) === 0 ? Infinity : jumpAt + 1 + random(5);
    const jumpBy = oneOf([0, 30 * DAY, 400 * DAY, 4000 * DAY, -40 * DAY, -2000 * DAY]);
    const inLogFrom = random(count + 1);
    const labels: readonly [Label, ...Label[]] = ['PROVEN', 'PROVEN', 'PROVEN', 'UNPROVEN', 'UNSOUND', 'DAMAGED'];
    let [madeAt, operation, change, chain] = [START, 0, 0, 0];
    const files: File[] = [];
    const current = new Set<string>();
    for (let i = 0; i < count; i++) {
      madeAt += oneOf([SECOND, 60 * SECOND, 3 * HOUR, 20 * HOUR, 3 * DAY, 40 * DAY]);
      operation += oneOf([0, 1, 1, 4]);
      change += random(3);
      if (random(8) === 0) chain += 1;
      const clock = i >= jumpAt && i < jumpEnds ? madeAt + jumpBy : madeAt;
      const link = random(9) === 0 ? null : { chain: `chain ${chain}`, through: 0, inLog: i >= inLogFrom };
      const isSafety = random(20) === 0 ? ({ safety: true } as const) : {};
      const fields = { operation, state: `${operation} ${change}`, label: oneOf(labels), link, ...isSafety };
      files.unshift(fileOf(i, madeAt, { ...fields, createdAt: new Date(clock) }));
      if (random(20) > 0) current.add(files[0]?.filename ?? '');
    }
    const known = files.filter(
      ({ label, safety, filename }) => label !== 'DAMAGED' && !safety && current.has(filename),
    );
    for (const { link } of known) {
      const ofChain = known.filter((file) => file.link?.chain === link?.chain);
      if (link !== null) link.through = Math.max(...ofChain.map(({ operation: each }) => each));
    }
    const count5 = (): number => oneOf([0, 0, 1, 3, 7]);
    const rules = {
      ...{ reachMs: oneOf([0, HOUR, DAY, 14 * DAY]), withinMs: oneOf([0, 0, DAY, 30 * DAY]) },
      ...{ hourly: count5(), daily: count5(), weekly: count5(), monthly: count5(), yearly: count5() },
    };
    return { files, current, policy: { keep: 1 + random(5), proves: random(4) > 0, rules } };
  }

  const left = ({ files, current, policy }: World): File[] => stay({ files, current, ...policy });
  const worlds = Array.from({ length: HISTORIES }, world).map((each) => ({ ...each, kept: left(each) }));
  const ofToday = ({ files, current }: World): File[] =>
    files.filter((file) => current.has(file.filename) && file.label !== 'DAMAGED' && file.safety !== true);
  /** The first history of which that does not hold. */
  const exception = (holds: (each: (typeof worlds)[number]) => boolean): unknown => worlds.find((each) => !holds(each));

  test('the newest stay, and the newest PROVEN one of today’s history', () => {
    const holds = ({ files, current, policy, kept }: (typeof worlds)[number]): boolean => {
      const good = files.filter(({ label }) => label !== 'DAMAGED');
      const proven = good.find(({ label, filename }) => label === 'PROVEN' && current.has(filename));
      return [...good.slice(0, policy.keep), proven].every((file) => file === undefined || kept.includes(file));
    };
    expect(exception(holds)).toBeUndefined();
  });

  test('what is left is left again', () => {
    expect(exception((each) => left({ ...each, files: each.kept }).length === each.kept.length)).toBeUndefined();
  });

  const PERIOD: Record<Exclude<keyof PeriodRules, 'withinMs'>, (at: number) => string | number> = {
    hourly: (at) => Math.floor(at / HOUR),
    daily: (at) => Math.floor(at / DAY),
    weekly: (at) => Math.floor((at - START) / (7 * DAY)),
    monthly: (at) => new Date(at).toISOString().slice(0, 7),
    yearly: (at) => new Date(at).getUTCFullYear(),
  };

  test('never fewer periods than the rules promise have a good state, whatever the clock did', () => {
    const holds = (each: (typeof worlds)[number]): boolean => {
      const { proves, rules } = each.policy;
      const isTrusted = ({ label }: File): boolean => label === 'PROVEN' || (!proves && label === 'UNPROVEN');
      const trusted = ofToday(each).filter(isTrusted);
      const newestOfState = trusted.filter(({ state }, i) => trusted.findIndex((file) => file.state === state) === i);
      const kept = each.kept.filter((file) => trusted.includes(file));
      return Object.entries(PERIOD).every(([rule, periodOf]) => {
        const periods = (files: File[]): number =>
          new Set(files.map(({ createdAt }) => periodOf(createdAt.getTime()))).size;
        return periods(kept) >= Math.min(rules[rule as keyof typeof PERIOD], periods(newestOfState));
      });
    };
    expect(exception(holds)).toBeUndefined();
  });

  test('every state of BACKUP_KEEP_WITHIN that there was can still be had', () => {
    const holds = (each: (typeof worlds)[number]): boolean => {
      const now = each.files[0]?.madeAt ?? START;
      const states = new Set(each.kept.map(({ state }) => state));
      return ofToday(each).every(({ state, madeAt }) => now - madeAt > each.policy.rules.withinMs || states.has(state));
    };
    expect(exception(holds)).toBeUndefined();
  });

  test('every operation of BACKUP_REACH that could be had can still be had', () => {
    const holds = (each: (typeof worlds)[number]): boolean => {
      const { proves, rules } = each.policy;
      const files = ofToday(each);
      const kept = each.kept.filter((file) => files.includes(file));
      const now = each.files[0]?.madeAt ?? START;
      const isBase = ({ label, link }: File): boolean => link?.inLog === true && (label !== 'UNPROVEN' || !proves);
      const leadsTo = (base: File, operation: number): boolean =>
        base.operation < operation &&
        files.some((file) => {
          const isLater = file.madeAt > base.madeAt && file.operation >= operation;
          return isLater && file.link?.chain === base.link?.chain;
        });
      /** By a file that ends with it, or by the log from a base to a later moment of its chain. */
      const isReached = (operation: number, by: readonly File[]): boolean =>
        by.some((file) => file.operation === operation || (isBase(file) && leadsTo(file, operation)));
      let before = files.at(-1)?.operation ?? 0;
      for (const { operation, madeAt } of [...files].reverse()) {
        for (; before < operation; before++) {
          if (rules.reachMs === 0 || now - madeAt > rules.reachMs || !isReached(before + 1, files)) continue;
          if (!isReached(before + 1, kept)) return false;
        }
      }
      return true;
    };
    expect(exception(holds)).toBeUndefined();
  });
});
