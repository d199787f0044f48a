import type { Change } from '../entities/change';
import type { Values } from './change-row';

/** What a change corrected: values by their names. */
interface Corrections {
  before: Values;
  after: Values;
}

/** No such value is ever written: should a later change forget that, it is still told to nobody. */
const SECRET = /password|token|secret|hash|key/i;

/** What the journal tells of a change beside who and when; nothing where its details are no JSON of ours any more. */
export function correctionsOf({ details }: Pick<Change, 'details'>): Corrections {
  const { before, after } = parse(details);
  return { before: withoutSecrets(before), after: withoutSecrets(after) };
}

function parse(details: string | null): Partial<Corrections> {
  if (details === null) return {};
  try {
    const read: unknown = JSON.parse(details);
    return typeof read === 'object' && read !== null ? read : {};
  } catch {
    // Somebody altered the row by hand: the chain tells of it, and the rest of the journal can still be read.
    return {};
  }
}

function withoutSecrets(values: Values | undefined): Values {
  return Object.fromEntries(Object.entries(values ?? {}).filter(([name]) => !SECRET.test(name)));
}
