import type { RetentionRules } from '../backup/core/settings';
import { parseDuration } from './duration';

type Given = Readonly<Record<string, string | undefined>>;

const DAY_MS = 86_400_000;
const REACH_MS = 14 * DAY_MS;
const MOST = 1_000_000;
const LONGEST_YEARS = 100;
/** As months and minutes have one letter, neither is taken. */
const WITHIN = /^(?:(\d{1,3})y)?(?:(\d{1,5})d)?(?:(\d{1,6})h)?$/;

/** The names of the settings about what stays beyond the newest backups, for code that reads the environment. */
export const RETENTION_SETTINGS = [
  'BACKUP_REACH',
  'BACKUP_KEEP_HOURLY',
  'BACKUP_KEEP_DAILY',
  'BACKUP_KEEP_WEEKLY',
  'BACKUP_KEEP_MONTHLY',
  'BACKUP_KEEP_YEARLY',
  'BACKUP_KEEP_WITHIN',
] as const;

/**
 * Parses the rules of retention.
 * @param fail called with the setting's name and what it must be
 */
export function parseRetention(given: Given, fail: (name: string, must: string) => never): RetentionRules {
  const count = (name: (typeof RETENTION_SETTINGS)[number]): number => {
    const text = given[name];
    if (text === undefined) return 0;
    const value = /^\d{1,7}$/.test(text) ? Number(text) : 0;
    return value >= 1 && value <= MOST ? value : fail(name, 'must be a whole number, 1 or more, or be left out');
  };
  return {
    reachMs: reachOf(given.BACKUP_REACH) ?? fail('BACKUP_REACH', 'must be a time such as 36h or 14d, or 0 for none'),
    hourly: count('BACKUP_KEEP_HOURLY'),
    daily: count('BACKUP_KEEP_DAILY'),
    weekly: count('BACKUP_KEEP_WEEKLY'),
    monthly: count('BACKUP_KEEP_MONTHLY'),
    yearly: count('BACKUP_KEEP_YEARLY'),
    withinMs:
      withinOf(given.BACKUP_KEEP_WITHIN) ??
      fail('BACKUP_KEEP_WITHIN', 'must be a time of years, days and hours, such as 2y, 30d or 1y90d12h'),
  };
}

function reachOf(text: string | undefined): number | null {
  if (text === undefined) return REACH_MS;
  return text === '0' ? 0 : parseDuration(text);
}

function withinOf(text: string | undefined): number | null {
  if (text === undefined) return 0;
  const [, years = '0', days = '0', hours = '0'] = WITHIN.exec(text) ?? [];
  const ms = (Number(years) * 365 + Number(days)) * DAY_MS + (Number(hours) * DAY_MS) / 24;
  return ms > 0 && ms <= LONGEST_YEARS * 365 * DAY_MS ? ms : null;
}
