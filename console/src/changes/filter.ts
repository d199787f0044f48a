import type { ChangeFilter } from '../api/operations';
import { startOfDay } from '../ui/days';

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
    ...(from === '' ? {} : { from: startOfDay(from) }),
    ...(to === '' ? {} : { to: startOfDay(to, 1) }),
  };
}
