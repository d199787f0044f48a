import { auditCopy } from '../audit-copy';
import { BackupError, reasonOf } from '../errors';
import type { OperationMark, Query } from '../ledger';
import { loadDump } from '../load-dump';
import { createSchemaLike, leaveBinaryLog, ownSchemaName } from '../own-schema';
import { orFullDisk } from '../room';
import { openSession, type Session } from '../session';
import { lacksRight } from '../verify';
import type { RestoreContext, RestoreDependencies } from './context';
import { pendingMigrations, type RestorePlan } from './plan';
import { replay } from './replay';
import { nameOfFile } from './plan-text';
import { foreignObject } from './foreign-object';
import { triggerOf } from './tables';
import { mayMakeViews, viewsOf } from './views';

/** What an audited copy surely is. */
export interface Audited {
  lastOperation: OperationMark;
  schemaVersion: string;
}

/** The database beside the live one that a restore fills, before it takes the live one's place. */
export class RestoredCopy {
  private constructor(
    readonly name: string,
    private readonly context: RestoreContext,
    private readonly plan: RestorePlan,
  ) {}

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
        sideBySide: true,
        onBytes: (bytes) => {
          onPart(bytes / backup.sqlBytes);
        },
      });
    } catch (error) {
      throw lacksRight(error) ? await this.whatIsDenied(error) : await orFullDisk(session, error);
    }
  }

  /** Applies what the binary log has after the file, up to where the plan says. */
  async replay(unlogged: boolean): Promise<void> {
    const steps = this.plan.replay;
    if (steps === null) return;
    const { session } = this.context;
    await replay({ ...this.clientContext(), session, schema: this.name, from: steps.from, end: steps.end, unlogged });
  }

  /** Returns the names of the migrations that were run. */
  async migrate({ knownSchemas, migrate }: Pick<RestoreDependencies, 'knownSchemas' | 'migrate'>): Promise<string[]> {
    const { ledger, session } = this.context;
    await this.withSession(async ({ query }) => {
      // What a file says of its schema, a file of a damaged database may not know.
      const schemaVersion = await ledger.schemaVersion(query).catch(() => 'none');
      pendingMigrations({ schemaVersion, path: this.plan.backup.path }, knownSchemas);
    });
    return migrate({ ...session.address, database: this.name });
  }

  /** @throws BackupError with the first thing wrong */
  async audit(): Promise<Audited> {
    const { backup } = this.plan;
    try {
      return await this.withSession(async (copy) => {
        const { query } = copy;
        const { ledger, signal } = this.context;
        const [violation] = await auditCopy(ledger, copy, signal);
        if (violation !== undefined) {
          throw new BackupError(`${backup.path} is not sound, and was not restored: ${reasonOf(violation)}.`);
        }
        const lastOperation = await ledger.newestOperation(query);
        this.refuseOther(lastOperation);
        await this.refuseTrigger(query);
        if (!this.plan.beside) await this.refuseViews(query);
        return { lastOperation, schemaVersion: await ledger.schemaVersion(query) };
      });
    } catch (error) {
      throw BackupError.from(error, `The restored copy of ${backup.path} could not be checked`);
    }
  }

  /** Never throws: a server that has just failed may not do this either, and the next run does. */
  async drop(): Promise<void> {
    await this.context.session.query('DROP DATABASE IF EXISTS ??', [this.name]).catch(() => undefined);
  }

  private async refuseTrigger(query: Query): Promise<void> {
    const trigger = await triggerOf(query, this.name);
    if (trigger === null) return;
    throw new BackupError(
      `${nameOfFile(this.plan)} holds the trigger ${trigger.name} on the table ${trigger.onTable}, and no server moves such ` +
        `a table: restore it with the stock client (docs/recovery.md, "Without our commands"), or a backup from before ` +
        `the trigger.`,
    );
  }

  /** Before the swap: afterwards they could not be made. */
  private async refuseViews(query: Query): Promise<void> {
    const { user, database } = this.context.session.address;
    const [view] = await viewsOf(query, this.name);
    if (view === undefined || (await mayMakeViews(query, database))) return;
    throw new BackupError(
      `${nameOfFile(this.plan)} holds the view ${view.name}, and the database account ${user} may not make views in ` +
        `${database}: grant it CREATE VIEW ON \`${database}\`.* and try again.`,
    );
  }

  /** What the server says of it has the number of a line that it got, and no name. */
  private async whatIsDenied(error: unknown): Promise<unknown> {
    const { session, server } = this.context;
    const [row] = await session.query('SELECT CURRENT_USER() AS account');
    const account = String(row?.account);
    const denied = await foreignObject(this.plan.backup, account);
    if (denied === null) return error;
    const right = server.family === 'mysql' ? 'SET_ANY_DEFINER (before 8.2: SET_USER_ID)' : 'SET USER';
    return new BackupError(
      `${nameOfFile(this.plan)} holds the ${denied.what} of ${denied.owner}, and the database account ${account} may make ` +
        `nothing in the name of another: restore as an administrator of the server (DATABASE_URL=...), or grant it ` +
        `${right} ON *.*.`,
      { cause: error },
    );
  }

  private refuseOther({ number, uid }: OperationMark): void {
    const { source, lastOperation, backup, replay: steps } = this.plan;
    const toThePoint = source.kind === 'operation' || source.kind === 'before';
    const isIt = toThePoint ? number === lastOperation : number >= backup.lastOperation.number;
    if (isIt && (steps === null || uid === steps.last.uid)) return;
    throw new BackupError(
      `The restored copy ends with operation ${number} and not ${lastOperation}, so it was not used.`,
    );
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
