import type { ChangeFilter } from '../api/operations';

/** What somebody chose to see. Days are those of the reader's own time zone, both included; empty: no bound. */
export interface Chosen {
  subject: string;
  from: string;
  to: string;
}

export const EVERYTHING: Chosen = { subject: '', from: '', to: '' };

/** The same, as the API takes it. */
export function filterOf({ subject, from, to }: Chosen): ChangeFilter {
  return {
    ...(subject === '' ? {} : { subject }),
    ...(from === '' ? {} : { from: startOfDay(from, 0) }),
    ...(to === '' ? {} : { to: startOfDay(to, 1) }),
  };
}

/** @param day such as "2026-11-30" @param later so many days later */
function startOfDay(day: string, later: number): string {
  const start = new Date(`${day}T00:00:00`);
  start.setDate(start.getDate() + later);
  return start.toISOString();
}
