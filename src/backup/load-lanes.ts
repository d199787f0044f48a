import type { Writable } from 'node:stream';
import type { ClientRun } from './client-run';
import { BackupError } from './errors';
import type { DumpPart } from './row-statements';

const DOING = 'The dump does not restore';
/** Well below any server's bound on idle sessions that a restore could work with. */
const ALIVE_MS = 10_000;

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
 * Restores a dump with several client programs at a time, of which each has a processor of the server: two insert the
 * rows of a large table, since reading SQL takes the server longest, and another makes its keys while the next tables
 * are restored. All else goes through the first of them, in order.
 */
export class LoadLanes {
  private readonly main: Lane;
  private readonly others: Lane[] = [];
  private second: Lane | null = null;
  private statements = 0;
  /** Keys that are made aside: settled with how that ended. */
  private keys: Promise<void> = Promise.resolve();
  private keysState: 'made' | 'making' | 'failed' = 'made';

  /**
   * @param openOther starts another program; without it, or where that fails, one restores alone
   * @param settings what the dump's own sessions begin with
   */
  constructor(
    main: ClientRun,
    private readonly openOther: (() => Promise<ClientRun>) | null,
    private readonly settings: () => string,
  ) {
    this.main = new Lane(main);
  }

  /** Resolves once more is wanted; to false when nobody reads any more. @throws where another program failed */
  async send({ rows, sql }: DumpPart): Promise<boolean> {
    if (this.keysState === 'failed') await this.keys;
    if (!rows) {
      await this.endRows();
      return this.main.send(sql);
    }
    this.statements += 1;
    // A table of one statement is not worth a program.
    if (this.statements === 2) this.second = await this.open();
    const lanes = this.second === null ? [this.main] : [this.main, this.second];
    const free = await Promise.race(lanes.map((lane) => lane.taken.then((ok) => ({ lane, ok }))));
    if (free.ok) void free.lane.send(sql);
    else if (free.lane === this.second) await this.endRows();
    return free.ok;
  }

  /** Makes the keys of the table whose rows were sent last. Resolves and throws as `send` does. */
  async makeKeys(sql: Buffer): Promise<boolean> {
    const isLarge = this.statements > 1;
    await this.endRows();
    const other = isLarge && this.keysState === 'made' ? await this.open() : null;
    if (other === null) return this.main.send(sql);
    this.keysState = 'making';
    this.keys = finish(other, await other.send(sql));
    // A failure is told where it is awaited.
    this.keys.then(
      () => (this.keysState = 'made'),
      () => (this.keysState = 'failed'),
    );
    return true;
  }

  /** Makes what needs all tables and their keys. Resolves and throws as `send` does. */
  async makeReferences(sql: Buffer): Promise<boolean> {
    await this.endRows();
    await this.endKeys();
    return this.main.send(sql);
  }

  /** Resolves to false when nobody read to the end. @throws where a program failed */
  async end(): Promise<boolean> {
    await this.endRows();
    const ok = await this.main.taken;
    if (ok) {
      await this.endKeys();
      this.main.run.stdin.end();
    }
    await this.main.run.succeeded(DOING);
    return ok;
  }

  /** Kills what still runs and waits until it is gone. */
  async discard(): Promise<void> {
    await Promise.all([this.main, ...this.others].map(({ run }) => run.discard()));
  }

  /** What follows the rows of a table needs all of them. */
  private async endRows(): Promise<void> {
    this.statements = 0;
    const { second } = this;
    if (second === null) return;
    await finish(second, await second.taken);
    this.second = null;
  }

  /** Keeps the first session from being ended as an idle one meanwhile. */
  private async endKeys(): Promise<void> {
    const alive = setInterval(() => void this.main.send('DO 0;\n'), ALIVE_MS);
    try {
      await this.keys;
    } finally {
      clearInterval(alive);
    }
  }

  /** Resolves to null where no other program can be started, or the server gives it no connection. */
  private async open(): Promise<Lane | null> {
    if (this.openOther === null) return null;
    // MariaDB 11's dumps leave the first rows uncommitted, which locks the whole of an empty table.
    if (!(await this.main.send('COMMIT;\n'))) return null;
    // What was sent must be there before the other sees it.
    if (!(await this.main.caughtUp())) return null;
    const run = await this.openOther().catch(() => null);
    if (run === null) return null;
    const other = new Lane(run);
    this.others.push(other);
    // Nothing else would commit its rows where sessions begin without.
    if ((await other.send(`${this.settings()}SET autocommit = 1;\n`)) && (await other.caughtUp())) return other;
    await run.discard();
    return null;
  }
}

/** Waits until the program has done all that it took. @throws where it failed, or did not take all */
async function finish({ run }: Lane, tookAll: boolean): Promise<void> {
  if (tookAll) run.stdin.end();
  await run.succeeded(DOING);
  if (!tookAll) throw new BackupError(`${DOING}: the program stopped reading it halfway.`);
}

/** Resolves once the chunk is sent; to false when nobody reads any more. */
function taken(stdin: Writable, chunk: Buffer | string): Promise<boolean> {
  return new Promise((resolve) => {
    stdin.write(chunk, (error) => {
      resolve(error === null || error === undefined);
    });
  });
}
