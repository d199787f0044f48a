import type { Watch } from '../client/client-run';
import { BackupError, reasonOf } from '../core/errors';
import type { Ledger, OperationMark } from '../core/ledger';
import type { Session } from '../server/session';
import { readBinaryLog } from './binary-log';
import type { LogEvent } from './binary-log-parser';
import type { RestoreLedger } from '../core/restore-ledger';
import { comparePlaces, type LogPlace } from './binlog-position';
import { changeOf, type Change } from './ddl-filter';

/** The end of a replay. `through`: right after that operation's commit. `before`: right before its transaction. */
export interface ReplayTarget {
  number: number;
  /** Which operations lead there, by their numbers, as far as is known. */
  uids: ReadonlyMap<number, string>;
  side: 'through' | 'before';
}

interface ReachRequest extends Watch {
  session: Session;
  workDirectory: string;
  tag: string;
  ledger: RestoreLedger;
  /** The moment of a backup, and the newest operation in it. */
  from: LogPlace;
  last: OperationMark;
  /** Whether that is just what the backup holds; otherwise it may hold a few more. */
  lastIsExact: boolean;
  target: ReplayTarget;
  /** Look on to this place, for changes between the target and it. */
  lookOnTo?: LogPlace;
}

/** What stands in the binary log between a backup and a target. */
interface Reach {
  /** The commit of the last transaction to replay; null where there is none. */
  end: LogPlace | null;
  /** How many transactions to replay. */
  transactions: number;
  /** The newest operation that the replay brings. */
  last: OperationMark;
  /** Whether anything changed between the target and `lookOnTo`. */
  changedAfter: boolean;
  /** Whether views, triggers, routines or events changed before the target, which no replay of rows brings. */
  definitionsChanged: boolean;
}

/** The binary log does not lead from the backup to the target; the message ends a sentence: "because ...". */
export class NotReachable extends BackupError {}

/**
 * Looks in the binary log for the way from a backup's moment to a target: every operation in between must follow on by
 * its number, and nothing but changes of rows may lie on it. A restore lies on it as a change of tables, so that no
 * history is ever mixed with another.
 * @throws NotReachable
 */
export async function findReach(request: ReachRequest): Promise<Reach> {
  const { session, ledger, from, target } = request;
  const { table } = ledger.journalTable;
  const watch = `\`${session.address.database}\`.\`${table}\``;
  const search = new Search(request, await journalPlaces(session, ledger));
  try {
    for await (const event of readBinaryLog({ ...request, from, purpose: { kind: 'look', watch } })) {
      if (search.take(event)) return search.result();
    }
  } catch (error) {
    if (error instanceof NotReachable || request.signal?.aborted === true) throw error;
    throw new NotReachable(`the binary log cannot be read (${reasonOf(error)})`);
  }
  if (search.found()) return search.result();
  throw new NotReachable(`the binary log ends before operation ${target.number}`);
}

/** The columns' places in the journal's table, as the rows in the binary log number them. */
export async function journalPlaces(
  session: Pick<Session, 'query' | 'address'>,
  ledger: Pick<Ledger, 'journalTable'>,
): Promise<{ number: number; uid: number }> {
  const { table, number, uid } = ledger.journalTable;
  const rows = await session.query(
    'SELECT COLUMN_NAME AS name, ORDINAL_POSITION AS place FROM information_schema.COLUMNS ' +
      'WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?',
    [session.address.database, table],
  );
  const places = new Map(rows.map(({ name, place }) => [String(name), Number(place)]));
  // A table that was dropped had its columns in the order in which they are named.
  return { number: places.get(number) ?? 1, uid: places.get(uid) ?? 2 };
}

class Search {
  private last: OperationMark;
  private end: LogPlace | null = null;
  private transactions = 0;
  private changedAfter = false;
  private definitionsChanged = false;
  private isThere = false;
  /** Of the transaction that is being read. */
  private touched = false;
  private operation: OperationMark | null = null;

  constructor(
    private readonly request: ReachRequest,
    private readonly places: { number: number; uid: number },
  ) {
    this.last = request.last;
  }

  found(): boolean {
    return this.isThere;
  }

  result(): Reach {
    const { end, transactions, last, changedAfter, definitionsChanged } = this;
    return { end, transactions, last, changedAfter, definitionsChanged };
  }

  /** True when everything is known. */
  take(event: LogEvent): boolean {
    const live = this.request.session.address.database;
    switch (event.kind) {
      case 'begin':
        this.touched = false;
        this.operation = null;
        return false;
      case 'touch':
        this.touched ||= event.table.startsWith(`\`${live}\`.`);
        return false;
      case 'row':
        this.takeJournalRow(event.verb, event.values);
        return false;
      case 'statement':
        this.takeChange(changeOf(event.text, event.database, live));
        return false;
      case 'unknown':
        this.takeChange('tables');
        return false;
      case 'commit':
        return this.takeCommit(event.at);
      default:
        return false;
    }
  }

  private takeJournalRow(verb: string, values: ReadonlyMap<number, string>): void {
    if (this.isThere) return;
    const number = Number(values.get(this.places.number));
    const uid = values.get(this.places.uid) ?? '';
    const { target, lastIsExact } = this.request;
    const isFirst = !lastIsExact && this.last === this.request.last;
    const follows = number === this.last.number + 1 || (isFirst && number > this.last.number);
    if (verb !== 'INSERT' || !follows || number > target.number || this.operation !== null) {
      throw new NotReachable('the binary log shows another history of operations than the backup');
    }
    this.operation = { number, uid };
    if ((target.uids.get(number) ?? uid) !== uid) {
      throw new NotReachable(`the binary log holds another operation ${number} than today's history`);
    }
  }

  private takeChange(change: Change): void {
    if (change === 'nothing') return;
    if (change === 'definitions' && !this.isThere) {
      this.definitionsChanged = true;
      return;
    }
    if (this.isThere) {
      this.changedAfter = true;
      return;
    }
    throw new NotReachable(
      `a migration or a restore changed tables after it, or may have changed them, and the changes of rows in the log ` +
        `cannot repeat that`,
    );
  }

  private takeCommit(at: LogPlace): boolean {
    const { target, lookOnTo } = this.request;
    const isTarget = this.operation?.number === target.number;
    if (this.isThere) {
      if (lookOnTo === undefined || comparePlaces(at, lookOnTo) > 0) return true;
      this.changedAfter ||= this.touched;
      return this.changedAfter;
    }
    if (isTarget && target.side === 'before') {
      this.isThere = true;
      return true;
    }
    if (this.touched) {
      this.end = at;
      this.transactions += 1;
    }
    this.last = this.operation ?? this.last;
    this.operation = null;
    this.touched = false;
    if (isTarget) this.isThere = true;
    return this.isThere && (lookOnTo === undefined || comparePlaces(at, lookOnTo) >= 0);
  }
}
