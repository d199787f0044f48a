import type { Writable } from 'node:stream';
import type { ClientRun } from './client-run';
import { BackupError } from './errors';
import type { DumpPart } from './row-statements';

const DOING = 'The dump does not restore';

/** A client program that restores, and what it says. */
class Lane {
  /** Whether it took what it was sent last; to false when nobody reads any more. */
  taken: Promise<boolean> = Promise.resolve(true);
  private said = '';
  private asked = 0;

  constructor(readonly run: ClientRun) {
    run.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.said += text;
    });
  }

  send(sql: Buffer | string): Promise<boolean> {
    this.run.alive();
    this.taken = taken(this.run.stdin, sql);
    return this.taken;
  }

  /** Waits until the server has done all that was sent. Resolves to false when the program ended before. */
  caughtUp(): Promise<boolean> {
    this.asked += 1;
    const word = `done ${this.asked}`;
    this.said = '';
    const { stdout } = this.run;
    return new Promise((resolve) => {
      const end = (heard: boolean): void => {
        stdout.off('data', listen).off('close', leave);
        resolve(heard);
      };
      const listen = (): void => {
        if (this.said.includes(word)) end(true);
      };
      const leave = (): void => {
        end(false);
      };
      stdout.on('data', listen).once('close', leave);
      if (stdout.closed) leave();
      else
        void this.send(`SELECT '${word}';\n`).then((ok) => {
          if (!ok) leave();
        });
    });
  }
}

/**
 * Restores a dump with two client programs, which the server inserts rows for at the same time: reading SQL takes it
 * longest, and a session has one processor. All else goes through the first of them, in order.
 */
export class LoadLanes {
  private readonly main: Lane;
  private second: Lane | null = null;
  private statements = 0;
  private alone = false;

  /**
   * @param openSecond starts the second program; without it, or where that fails, one restores alone
   * @param settings what the dump's own sessions begin with
   */
  constructor(
    main: ClientRun,
    private readonly openSecond: (() => Promise<ClientRun>) | null,
    private readonly settings: () => string,
  ) {
    this.main = new Lane(main);
  }

  /** Resolves once more is wanted; to false when nobody reads any more. @throws where the second program failed */
  async send({ rows, sql }: DumpPart): Promise<boolean> {
    if (!rows) {
      await this.endRows();
      return this.main.send(sql);
    }
    this.statements += 1;
    // A table of one statement is not worth a program.
    if (this.statements === 2) await this.open();
    const lanes = this.second === null ? [this.main] : [this.main, this.second];
    const free = await Promise.race(lanes.map((lane) => lane.taken.then((ok) => ({ lane, ok }))));
    if (free.ok) void free.lane.send(sql);
    else if (free.lane === this.second) await this.endRows();
    return free.ok;
  }

  /** Resolves to false when nobody read to the end. @throws where a program failed */
  async end(): Promise<boolean> {
    await this.endRows();
    const ok = await this.main.taken;
    if (ok) this.main.run.stdin.end();
    await this.main.run.succeeded(DOING);
    return ok;
  }

  /** Kills what still runs and waits until it is gone. */
  async discard(): Promise<void> {
    await Promise.all([this.main.run.discard(), this.second?.run.discard()]);
  }

  /** What follows the rows of a table needs all of them. */
  private async endRows(): Promise<void> {
    this.statements = 0;
    const { second } = this;
    if (second === null) return;
    const ok = await second.taken;
    if (ok) second.run.stdin.end();
    await second.run.succeeded(DOING);
    if (!ok) throw new BackupError(`${DOING}: the program stopped reading it halfway.`);
    this.second = null;
  }

  /** Where no other program can be started, or the server gives it no connection, one does. */
  private async open(): Promise<void> {
    if (this.openSecond === null || this.alone) return;
    // MariaDB 11's dumps leave the first rows uncommitted, which locks the whole of an empty table.
    if (!(await this.main.send('COMMIT;\n'))) return;
    // The table must be there before the other sees it.
    if (!(await this.main.caughtUp())) return;
    const run = await this.openSecond().catch(() => null);
    if (run === null) {
      this.alone = true;
      return;
    }
    const second = new Lane(run);
    this.second = second;
    if ((await second.send(this.settings())) && (await second.caughtUp())) return;
    this.second = null;
    this.alone = true;
    await second.run.discard();
  }
}

/** Resolves once the chunk is sent; to false when nobody reads any more. */
function taken(stdin: Writable, chunk: Buffer | string): Promise<boolean> {
  return new Promise((resolve) => {
    stdin.write(chunk, (error) => {
      resolve(error === null || error === undefined);
    });
  });
}
