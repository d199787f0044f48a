import type { Watch } from '../client/client-run';
import type { Ledger, OperationMark } from '../core/ledger';
import type { Session } from '../server/session';
import { readBinaryLog } from './binary-log';
import type { LogEvent } from './binary-log-parser';
import { comparePlaces, type LogPlace } from './binlog-position';
import { journalPlaces } from './binlog-search';
import { changeOf } from './ddl-filter';

interface BetweenRequest extends Watch {
  session: Session;
  workDirectory: string;
  tag: string;
  ledger: Pick<Ledger, 'journalTable'>;
  from: LogPlace;
  to: LogPlace;
  /** The newest operation at `from`, and whether that is just what was there; otherwise there may have been a few more. */
  last: OperationMark;
  lastIsExact: boolean;
}

/**
 * The operations that the log holds between two places, in order; null where it does not lead from the one to the other:
 * something other than rows changed in between, or the numbers do not follow on. A log may lack operations that are in both
 * backups' database: where a filter or a session left them out of it, or a power cut took its end.
 * @throws BackupError where the log cannot be read
 */
export async function operationsBetween(request: BetweenRequest): Promise<OperationMark[] | null> {
  const { session, ledger, from, to } = request;
  const order = comparePlaces(from, to);
  if (order >= 0) return order === 0 ? [] : null;
  const live = session.address.database;
  const watch = `\`${live}\`.\`${ledger.journalTable.table}\``;
  const steps = new Steps(request, await journalPlaces(session, ledger));
  for await (const event of readBinaryLog({ ...request, from, purpose: { kind: 'look', watch } })) {
    if (!steps.take(event, live)) return null;
    if (event.kind === 'commit' && comparePlaces(event.at, to) >= 0) break;
  }
  return steps.operations;
}

class Steps {
  readonly operations: OperationMark[] = [];
  /** Of the transaction that is being read. */
  private operation: OperationMark | null = null;

  constructor(
    private readonly request: Pick<BetweenRequest, 'last' | 'lastIsExact'>,
    private readonly places: { number: number; uid: number },
  ) {}

  /** False where the log leads no further. */
  take(event: LogEvent, live: string): boolean {
    switch (event.kind) {
      case 'begin':
        this.operation = null;
        return true;
      case 'row':
        return this.takeRow(event.verb, event.values);
      case 'statement':
        return changeOf(event.text, event.database, live) !== 'tables';
      case 'unknown':
        return false;
      case 'commit':
        if (this.operation !== null) this.operations.push(this.operation);
        this.operation = null;
        return true;
      default:
        return true;
    }
  }

  private takeRow(verb: string, values: ReadonlyMap<number, string>): boolean {
    const number = Number(values.get(this.places.number));
    const { last, lastIsExact } = this.request;
    const before = this.operations.at(-1);
    const follows = number === (before ?? last).number + 1;
    const mayFollow = follows || (before === undefined && !lastIsExact && number > last.number);
    if (verb !== 'INSERT' || !mayFollow || this.operation !== null) return false;
    this.operation = { number, uid: values.get(this.places.uid) ?? '' };
    return true;
  }
}
