import { randomUUID } from 'node:crypto';
import { reasonOf, sqlErrno } from '../database/connection/errors';
import type { Query } from '../database/connection/query';
import { type Changed, commandActor, insertOf, type Values } from './change-row';

const KIND = 'db:restore';

/**
 * What a restore adds to the journal of changes of the copy that it restored, right before the copy takes the live database's
 * place. So these rows go live by the same statement as the copy, or not at all, and their first is the first of the new
 * timeline.
 */
export class RestoredJournal {
  /** Why the journal got no row, in sentences. A restore does not fail for it: what it restores may be damaged. */
  readonly problems: string[] = [];
  private readonly actorName = commandActor();

  constructor(private readonly copy: Query) {}

  /**
   * Says where the timeline that is left ends, and where the one does that is restored. What is still committed until the
   * swap has the tables, mostly milliseconds later, is in the backup of what was replaced.
   */
  async begin(live: Query): Promise<void> {
    const before = await endOf(live);
    const after = await endOf(this.copy);
    await this.write({ subject: 'pool', id: 1, before, after });
  }

  /** Writes a row; where one could not be written, none after it is. */
  async write(changed: Changed): Promise<void> {
    if (this.problems.length > 0) return;
    try {
      await this.append(changed);
    } catch (error) {
      if (sqlErrno(error) === undefined && !(error instanceof NoPlace)) throw error;
      this.problems.push(`The journal of changes does not tell of this restore: ${reasonOf(error)}.`);
    }
  }

  /** Nobody else uses the copy: no lock and no transaction is needed. */
  private async append(changed: Changed): Promise<void> {
    const [counter] = await this.copy('SELECT lastChange FROM change_counter WHERE id = 1');
    if (counter === undefined) throw new NoPlace('the table "change_counter" of what was restored has no row');
    const number = Number(counter.lastChange) + 1;
    const { sql, parameters } = insertOf({
      ...{ number, changed, uid: randomUUID(), kind: KIND, actorName: this.actorName, at: new Date() },
      ...{ operation: null, actorId: null, requestId: null, address: null, booked: null },
    });
    await this.copy(sql, parameters);
    const [row] = await this.copy('SELECT number FROM changes WHERE number = ?', [number]);
    if (row === undefined) throw new NoPlace(`change ${number - 1} is missing from what was restored`);
    await this.copy('UPDATE change_counter SET lastChange = ? WHERE id = 1', [number]);
  }
}

/** The journal is not whole. */
class NoPlace extends Error {}

/** The last operation and the last change of that database, and the head of its chain; null each where it does not tell. */
async function endOf(query: Query): Promise<Values> {
  const [operation] = await query('SELECT MAX(number) AS number FROM operations').catch(orNothing);
  const [change] = await query('SELECT number, hash FROM changes ORDER BY number DESC LIMIT 1').catch(orNothing);
  return {
    lastOperation: operation === undefined ? null : Number(operation.number),
    lastChange: change === undefined ? null : Number(change.number),
    head: change === undefined ? null : String(change.hash),
  };
}

/** What is replaced may be too damaged to be read. @throws where the server does not answer */
function orNothing(error: unknown): [] {
  if (sqlErrno(error) === undefined) throw error;
  return [];
}
