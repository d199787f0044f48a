import { dayOf, startOfDay } from '../ui/days';
import type { Times } from './queries';

/** Days where the reader is, both included, such as "2026-11-30". */
export interface Period {
  from: string;
  to: string;
}

/** The periods that people ask a statement for, as they are on that day. */
export function usualPeriods(today: Date): readonly (Period & { name: string })[] {
  const [year, month] = [today.getFullYear(), today.getMonth()];
  const days = (from: Date, to: Date): Period => ({ from: dayOf(from), to: dayOf(to) });
  return [
    { name: 'This year', ...days(new Date(year, 0, 1), today) },
    { name: 'Last year', ...days(new Date(year - 1, 0, 1), new Date(year - 1, 11, 31)) },
    { name: 'This month', ...days(new Date(year, month, 1), today) },
    { name: 'Last month', ...days(new Date(year, month - 1, 1), new Date(year, month, 0)) },
  ];
}

/** The same as the API takes it: the end is not included. Null where a day is missing, or the last is before the first. */
export function timesOf({ from, to }: Period): Times | null {
  if (from === '' || to === '' || to < from) return null;
  return { from: startOfDay(from), to: startOfDay(to, 1) };
}
