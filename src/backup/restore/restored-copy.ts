import { replay } from '../binlog/replay';
import { BackupError, reasonOf } from '../core/errors';
import { NO_OPERATION, type OperationMark } from '../core/ledger';
import { unknownSchema } from '../files/pending-migrations';
import { loadDump } from '../load/load-dump';
import { checkCopy } from '../prove/check-copy';
import { createSchemaLike, leaveBinaryLog, ownSchemaName } from '../server/auxiliary-schema';
import { orFullDisk } from '../server/disk-space';
import { openSession, type Session } from '../server/session';
import { lacksRight } from '../server/sql-rights';
import type { SegmentReach } from '../segments/reach';
import type { RestoreContext, RestoreDependencies } from './common/context';
import { DumpFilter } from './common/dump-filter';
import { inventoryOf, missingFrom } from './common/inventory';
import { lackingRight } from './common/making-rights';
import { tablesOf } from './common/tables';
import { loadSegments } from './load-segments';
import type { RestorePlan } from './plan/plan';
import { nameOfFile } from './plan/plan-text';
import { triggersOf } from './swap/code';

/** What the check of the restored copy found. */
export interface Checked {
  lastOperation: OperationMark;
  /** What is wrong with it, in sentences; empty where it is sound. */
  findings: string[];
}

/** The database beside the live one that a restore fills, before it takes the live one's place. */
export class RestoredCopy {
  private readonly filter: DumpFilter;
  private readonly findings: string[] = [];

  private constructor(
    readonly name: string,
    private readonly context: RestoreContext,
    private readonly plan: RestorePlan,
  ) {
    this.filter = new DumpFilter(plan.backup.database);
  }

  /** @throws BackupError that names the missing right */
  static async create(context: RestoreContext, plan: RestorePlan): Promise<RestoredCopy> {
    const { query, address } = context.session;
    const name = ownSchemaName(address.database, 'restore');
    try {
      await createSchemaLike(query, address.database, name);
      return new RestoredCopy(name, context, plan);
    } catch (error) {
      if (!lacksRight(error)) throw BackupError.from(error, 'A database beside the live one could not be made');
      throw new BackupError(
        `The database account ${address.user} may not make a database beside ${address.database}, which a restore ` +
          `needs: grant it ALL on \`${address.database.replaceAll('_', '\\_')}\\_%\`.* and try again.`,
        { cause: error },
      );
    }
  }

  /** What it has beside its tables, as statements that make it; null where that is nothing. */
  get code(): Buffer | null {
    return this.filter.code;
  }

  /** What the file holds: "table users", "view accounts". */
  get objects(): ReadonlySet<string> {
    return this.filter.contents.objects;
  }

  /** Restores the file. @param unlogged keeps the rows out of the binary log, where the account may */
  async load(unlogged: boolean, onPart: (part: number) => void): Promise<void> {
    const { session, server } = this.context;
    const { backup } = this.plan;
    try {
      await loadDump({
        ...this.clientContext(),
        server,
        address: { ...session.address, database: this.name },
        file: backup.path,
        dump: backup,
        initCommand: unlogged ? await this.leavingBinaryLog() : null,
        filter: this.filter,
        onBytes: (bytes) => {
          onPart(bytes / backup.sqlBytes);
        },
      });
    } catch (error) {
      throw lacksRight(error) ? await this.whatIsDenied(error) : await orFullDisk(session, error);
    }
    await this.refuseIncomplete();
    // No server moves a table with triggers, and none may fire while the copy is brought to its point.
    for (const trigger of await triggersOf(session.query, this.name)) {
      await session.query('DROP TRIGGER ??.??', [this.name, trigger]);
    }
  }

  /** Applies what the binary log, or log segments, have after the file, up to where the plan says. */
  async replay(unlogged: boolean): Promise<void> {
    const steps = this.plan.replay;
    if (steps === null) return;
    const { session } = this.context;
    if (steps.segments !== undefined) {
      await this.loadSegments(steps, unlogged);
      return;
    }
    await replay({ ...this.clientContext(), session, schema: this.name, from: steps.from, end: steps.end, unlogged });
  }

  private async loadSegments(steps: SegmentReach, unlogged: boolean): Promise<void> {
    const { session, server } = this.context;
    const initCommand = unlogged ? await this.leavingBinaryLog() : null;
    const address = { ...session.address, database: this.name };
    await loadSegments({ ...this.clientContext(), server, address, initCommand }, steps).catch(
      async (error: unknown) => {
        throw await orFullDisk(session, error);
      },
    );
  }

  /** Returns the names of the migrations that were run: none on a copy that does not tell its schema. */
  async migrate({ knownSchemas, migrate }: Pick<RestoreDependencies, 'knownSchemas' | 'migrate'>): Promise<string[]> {
    const { ledger, session } = this.context;
    const schemaVersion = await this.withSession(({ query }) => ledger.schemaVersion(query)).catch(() => 'none');
    const isEmpty = (await tablesOf(session.query, this.name)).length === 0;
    if (knownSchemas.includes(schemaVersion) || isEmpty) return migrate({ ...session.address, database: this.name });
    this.findings.push(
      schemaVersion === 'none' ? 'it does not tell its schema, so no migration was run' : unknownSchema(schemaVersion),
    );
    return [];
  }

  /**
   * Checks the ledger of the copy, and that it is what was asked for.
   * @throws BackupError where it could not be checked, or is not the state that was asked for
   */
  async check(): Promise<Checked> {
    const { backup } = this.plan;
    try {
      return await this.withSession(async (copy) => {
        const { ledger } = this.context;
        const violations = await this.violations(copy);
        const lastOperation = await newestOrNone(() => ledger.newestOperation(copy.query), copy);
        const other = this.whyOther(lastOperation);
        await this.refuseWithoutRights();
        return { lastOperation, findings: [...this.findings, ...violations, ...other] };
      });
    } catch (error) {
      throw BackupError.from(error, `The restored copy of ${backup.path} could not be checked`);
    }
  }

  /** Right before the swap, by which it goes live. @returns what was done to it, in sentences */
  settle(): Promise<string[]> {
    const { ledger, session } = this.context;
    return this.withSession((copy) => ledger.settleRestored(copy.query, session.query, this.plan.keepDisabled));
  }

  /** Never throws: a server that has just failed may not do this either, and the next run does. */
  async drop(): Promise<void> {
    await this.context.session.query('DROP DATABASE IF EXISTS ??', [this.name]).catch(() => undefined);
  }

  /** The violations, as `Ledger.check` tells them. A ledger whose tables are not there breaks a rule as well. */
  private async violations(copy: Session): Promise<string[]> {
    const { ledger, signal } = this.context;
    try {
      return (await checkCopy(ledger, copy, signal)).map(reasonOf);
    } catch (error) {
      await stillAnswers(copy);
      return [`its ledger cannot be checked: ${reasonOf(error)}`];
    }
  }

  /** @throws BackupError naming what the file holds and the copy does not */
  private async refuseIncomplete(): Promise<void> {
    const missing = missingFrom(await inventoryOf(this.context.session.query, this.name), this.objects);
    // An event whose time is over, and which is not to be kept, is dropped as soon as it is made.
    const lost = missing.filter((object) => !object.startsWith('event '));
    if (lost.length === 0) return;
    throw new BackupError(
      `${nameOfFile(this.plan)} holds what did not come into the restored copy, so it was not used: ${lost.join(', ')}.`,
    );
  }

  /** Before the swap: what is no table is made after it. */
  private async refuseWithoutRights(): Promise<void> {
    const { query, address } = this.context.session;
    const { beside, target } = this.plan;
    const lacking = beside ? null : await lackingRight(query, target, this.objects);
    if (lacking === null) return;
    const { object, right } = lacking;
    const kind = object.split(' ')[0] ?? '';
    throw new BackupError(
      `${nameOfFile(this.plan)} holds the ${object}, and the database account ${address.user} may not make ${kind}s in ` +
        `${target}: grant it ${right} ON \`${target}\`.* and try again.`,
    );
  }

  private async whatIsDenied(error: unknown): Promise<unknown> {
    const { session, server } = this.context;
    const [row] = await session.query('SELECT CURRENT_USER() AS account');
    const right = server.family === 'mysql' ? 'SET_ANY_DEFINER (before 8.2: SET_USER_ID)' : 'SET USER';
    return new BackupError(
      `${nameOfFile(this.plan)} holds something that the database account ${String(row?.account)} may not make ` +
        `(${reasonOf(error)}): where it is a view, trigger, routine or event of another account, restore as an ` +
        `administrator of the server (DATABASE_URL=...), or grant it ${right} ON *.*.`,
      { cause: error },
    );
  }

  /** @throws BackupError where it is not the state after or before an operation that was asked for */
  private whyOther({ number, uid }: OperationMark): string[] {
    const { source, lastOperation, backup, replay: steps } = this.plan;
    const toThePoint = source.kind === 'operation' || source.kind === 'before';
    const isIt = toThePoint ? number === lastOperation : number >= backup.lastOperation.number;
    if (isIt && (steps === null || uid === steps.last.uid)) return [];
    if (toThePoint) {
      throw new BackupError(
        `The restored copy ends with operation ${number} and not ${lastOperation}, so it was not used.`,
      );
    }
    return [`it ends with operation ${number} and not ${backup.lastOperation.number}`];
  }

  private async leavingBinaryLog(): Promise<string | null> {
    return this.withSession(({ query }) => leaveBinaryLog(query));
  }

  private async withSession<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    const { session, signal } = this.context;
    const options = signal === undefined ? {} : { signal };
    const own = await openSession({ ...session.address, database: this.name }, options);
    try {
      return await work(own);
    } finally {
      own.close();
    }
  }

  private clientContext() {
    const { workDirectory, tag, stallMs, signal } = this.context;
    return { workDirectory, tag, stallMs, ...(signal === undefined ? {} : { signal }) };
  }
}

/** The journal of a damaged database need not be readable. */
async function newestOrNone(ask: () => Promise<OperationMark>, copy: Session): Promise<OperationMark> {
  try {
    return await ask();
  } catch {
    await stillAnswers(copy);
    return NO_OPERATION;
  }
}

/** What fails while the server answers fails for what the database holds. @throws where it does not answer */
async function stillAnswers({ query }: Session): Promise<void> {
  await query('SELECT 1');
}
