import type { Change } from '../entities/change';
import type { User } from '../entities/user';
import type { Services } from '../services';
import { correctionsOf } from '../services/corrections';
import { Refusal } from '../services/errors';
import type { ChangeFilter } from '../services/filters';
import { TimeOrder } from '../services/orders';
import { MAX_FIRST, type Page } from '../services/page';
import { csvLine } from '../values/csv';
import { isoTime } from '../values/iso-time';
import type { ExportLink, Given } from './export-link';
import { timeParameter } from './link-parameters';

/** How a change is written, and what stands before the first. */
interface Form {
  extension: string;
  type: string;
  head: string;
  line: (change: Change) => string;
}

/** What a file says of a change: neither its hashes, which are for the ledger check, nor anything secret. */
function factsOf(change: Change): Record<string, unknown> {
  const { number, uid, at, kind, actorId, actorName, subject, subjectId, requestId, address } = change;
  const { before, after } = correctionsOf(change);
  const told = (values: object): object | null => (Object.keys(values).length === 0 ? null : values);
  return {
    number,
    uid,
    at: isoTime(at),
    kind,
    actorId: actorId === null ? null : String(actorId),
    actorName,
    subject,
    subjectId,
    requestId,
    address,
    before: told(before),
    after: told(after),
  };
}

const COLUMNS = [
  'number',
  'uid',
  'at',
  'kind',
  'actorId',
  'actorName',
  'subject',
  'subjectId',
  'requestId',
  'address',
  'before',
  'after',
] as const;

const FORMS: readonly Form[] = [
  {
    extension: 'csv',
    type: 'text/csv; charset=utf-8; header=present',
    head: csvLine(COLUMNS),
    line: (change) => {
      const facts = factsOf(change);
      return csvLine(
        COLUMNS.map((name) => {
          const fact = facts[name];
          return typeof fact === 'object' && fact !== null ? JSON.stringify(fact) : (fact as string | number | null);
        }),
      );
    },
  },
  {
    extension: 'jsonl',
    type: 'application/jsonl; charset=utf-8',
    head: '',
    line: (change) => `${JSON.stringify(factsOf(change))}\n`,
  },
];

/** @throws Refusal BAD_USER_INPUT */
function filterOf({ kinds, from, to, ...rest }: Given): ChangeFilter {
  return {
    ...rest,
    kinds: kinds === undefined ? null : kinds.split(','),
    from: timeParameter('from', from),
    to: timeParameter('to', to),
  };
}

/** GET /exports/changes.csv and /exports/changes.jsonl: the journal of changes, oldest first, as `changes` shows it to the caller. */
export function changeExports(services: Services): ExportLink[] {
  return FORMS.map((form) => ({
    url: `/exports/changes.${form.extension}`,
    action: 'exportChanges',
    parameters: ['kinds', 'actor', 'subject', 'subjectId', 'from', 'to'],
    file: async (viewer, given, readOn) => {
      const read = pagesOf(services, filterOf(given));
      // What is refused is refused before the first byte is sent.
      const first = await read(viewer, null).catch(asParameter);
      return {
        name: `changes.${form.extension}`,
        type: form.type,
        body: linesOf(form, first, (cursor) => readOn((now) => read(now, cursor))),
      };
    },
  }));
}

/** The lists know fields of a filter; of a link they are parameters. */
function asParameter(error: unknown): never {
  if (!(error instanceof Refusal) || typeof error.details.field !== 'string') throw error;
  const field = error.details.field.replace(/^filter\./, '');
  throw new Refusal(error.code, error.message, { ...error.details, field }, error.cause);
}

type ReadPage = (viewer: User, cursor: string | null) => Promise<Page<Change>>;

function pagesOf({ lists }: Services, filter: ChangeFilter): ReadPage {
  const orderBy = TimeOrder.OLDEST_FIRST;
  return async (viewer, cursor) =>
    lists.changes(viewer, { filter, orderBy, page: { size: MAX_FIRST, isBackward: false, cursor } });
}

/** A page at a time, and the next one once the client has taken the one before: neither memory nor a connection is held. */
async function* linesOf(
  { head, line }: Form,
  first: Page<Change>,
  read: (cursor: string) => Promise<Page<Change>>,
): AsyncGenerator<string> {
  if (head !== '') yield head;
  for (let page = first; ;) {
    if (page.nodes.length > 0) yield page.nodes.map(line).join('');
    const last = page.nodes.at(-1);
    if (!page.hasNextPage || last === undefined) return;
    page = await read(page.cursorOf(last));
  }
}
