const DATE_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const DATE_TIME_ZONE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
const SHORT_DATE_TIME = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const NUMBER = new Intl.NumberFormat();
const AMOUNT = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const SIGNED_AMOUNT = new Intl.NumberFormat(undefined, {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
  signDisplay: 'exceptZero',
});
const SHARE = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 4 });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const ONE_DIGIT = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const SHORT_AMOUNT = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });

export const dateTime = (iso: string): string => DATE_TIME.format(new Date(iso));
/** "30 Nov 2026, 09:30:05 CET". */
export const dateTimeAndZone = (iso: string): string => DATE_TIME_ZONE.format(new Date(iso));
const shortDateTime = (iso: string): string => SHORT_DATE_TIME.format(new Date(iso));
export const clockTime = (iso: string): string => CLOCK.format(new Date(iso));
export const time = (iso: string): string => TIME.format(new Date(iso));
export const count = (value: number): string => NUMBER.format(value);

/** An exact decimal text in the reader's own way of writing; it is never a float on its way. */
export const money = (amount: string): string => AMOUNT.format(amount as Intl.StringNumericLiteral);

/** The same with a plus before what is added. */
export const signedMoney = (amount: string): string => SIGNED_AMOUNT.format(amount as Intl.StringNumericLiteral);

/** A percentage of the API, "33.3334", as "33.3334 %". */
export const share = (percentage: string): string => `${SHARE.format(percentage as Intl.StringNumericLiteral)} %`;

export const day = (iso: string): string => DAY.format(new Date(iso));

/** "12.5K", for the axis of a chart. */
export const shortMoney = (amount: number): string => SHORT_AMOUNT.format(amount);

export function size(bytes: number): string {
  if (bytes < 1024) return `${NUMBER.format(bytes)} B`;
  const unit = sizeUnit(bytes);
  return `${ONE_DIGIT.format(bytes / unit.size)} ${unit.name}`;
}

export function duration(ms: number): string {
  if (ms < 1000) return `${NUMBER.format(Math.round(ms))} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${ONE_DIGIT.format(seconds)} s`;
  return `${NUMBER.format(Math.floor(seconds / 60))} min ${NUMBER.format(Math.round(seconds % 60))} s`;
}

const A_MONTH_MS = 30 * 86_400_000;
const STEPS = [
  { ms: 86_400_000, unit: 'day', short: 'd' },
  { ms: 3_600_000, unit: 'hour', short: 'h' },
  { ms: 60_000, unit: 'minute', short: 'min' },
  // Seconds by tens: a figure that runs draws the eye.
  { ms: 10_000, unit: 'second', short: 's' },
] as const;

/** "3 minutes ago", or "3 min ago" where there is little room; "just now" within the last ten seconds, the date from a month on. */
export function ago(iso: string, now: number, isShort = false): string {
  const ms = now - Date.parse(iso);
  if (ms >= A_MONTH_MS) return day(iso);
  const step = STEPS.find((candidate) => ms >= candidate.ms);
  if (step === undefined) return 'just now';
  const amount = Math.floor(ms / step.ms) * (step.unit === 'second' ? 10 : 1);
  const unit = isShort ? step.short : `${step.unit}${amount === 1 ? '' : 's'}`;
  return `${NUMBER.format(amount)} ${unit} ago`;
}

const DAY_MS = 86_400_000;
/** From then on a day and a month could be those of another year. */
const MANY_DAYS_MS = 300 * DAY_MS;

/** How the times of a chart are written: the second matters within a day, and the year where they lie far apart. */
export function timesBetween(first: string, last: string): (iso: string) => string {
  const ms = Date.parse(last) - Date.parse(first);
  if (ms > MANY_DAYS_MS) return day;
  return ms < DAY_MS ? clockTime : shortDateTime;
}

interface Unit {
  name: string;
  size: number;
}

/** The unit in which the largest of some numbers of bytes reads well. */
export function sizeUnit(largest: number): Unit {
  if (largest < 2 ** 20) return { name: 'KiB', size: 2 ** 10 };
  return largest < 2 ** 30 ? { name: 'MiB', size: 2 ** 20 } : { name: 'GiB', size: 2 ** 30 };
}

/** The unit in which the longest of some durations in ms reads well. */
export function durationUnit(longest: number): Unit {
  if (longest < 5_000) return { name: 'ms', size: 1 };
  return longest < 300_000 ? { name: 's', size: 1_000 } : { name: 'min', size: 60_000 };
}
