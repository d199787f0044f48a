import { execFile } from 'node:child_process';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { listBackups } from '../../src/backup/files/catalogue';
import { labelOf, listLabelled } from '../../src/backup/files/proofs';
import { program } from '../support/programs';
import { waitFor } from '../support/wait';
import { untilProven, untilUnsound, withSession } from './checks';
import type { Clients } from './clients';
import { type DiskFault, type Fault, isDiskFault } from './plan';
import { KEEP, type CrashPool } from './pool';
import { ProofDisk } from './proof-disk';

/** How db:status says why nothing is proven. */
const TOLD: Record<DiskFault, RegExp> = {
  'no room': /has no room for a proof/,
  'no right': /read-only/,
  'full disk': /full|no space|no room/i,
};
const TOLD_MS = 60_000;

/** What is broken in a round besides what is killed, and then made good again. */
export class RoundFault {
  /** The file with a flipped bit. */
  private damaged: string | null = null;
  private disk: ProofDisk | null = null;

  constructor(
    private readonly kind: Fault | null,
    private readonly pool: CrashPool,
  ) {}

  /** Before anything is asked for. */
  async begin(): Promise<void> {
    if (this.kind === 'broken rule') await this.addToBalance(1);
    if (isDiskFault(this.kind))
      this.disk = new ProofDisk(
        this.pool.settings.proofServerDirectory,
        this.kind,
        () => this.pool.proofServer() !== null,
      );
  }

  /** After a round that failed in the middle too. */
  end(): void {
    this.disk?.remove();
    this.disk = null;
  }

  /** After the kill, before what died comes back: the newest file is not proven then, more often than not. */
  async damage(): Promise<void> {
    if (this.kind !== 'damaged newest') return;
    const [newest] = await listBackups(this.pool.settings.directory);
    if (newest === undefined) return;
    this.damaged = newest.filename;
    this.flip(Math.floor(newest.sqlBytes / 2));
  }

  /**
   * Once every operation is stored, all the same: the status says what is wrong. Makes it good.
   * @returns once no file with a broken rule is kept any more
   */
  async settle(clients: Clients): Promise<void> {
    const { kind, pool } = this;
    if (isDiskFault(kind)) {
      let told = '';
      const isTold = async (): Promise<boolean> => {
        told = await statusOf(pool).catch((error: unknown) => (error as Error).message);
        return TOLD[kind].test(told);
      };
      await waitFor(`the status to say ${String(TOLD[kind])}`, isTold, TOLD_MS).catch((error: unknown) => {
        throw new Error(`${(error as Error).message}: ${told}`, { cause: error });
      });
      this.end();
    }
    if (this.kind !== 'broken rule') return;
    await untilUnsound(this.pool);
    const told = await statusOf(this.pool);
    if (!/breaks a rule: User \d+ holds 1 cents/.test(told))
      throw new Error(`The status does not name the broken rule: ${told}`);
    await this.addToBalance(-1);
    for (let i = 0; i < KEEP; i++) {
      await clients.askForCertain();
      // Not only stored: while proofs lag behind, retention keeps what was judged before.
      await untilProven(this.pool);
    }
  }

  /** Once a newer file is proven. @returns whether the damage had been found */
  async mend(): Promise<boolean> {
    if (this.damaged === null) return false;
    const backups = await listLabelled(this.pool.settings);
    const backup = backups.find(({ filename }) => filename === this.damaged);
    // Rotation may have taken it away.
    if (backup === undefined) return false;
    this.flip(Math.floor(backup.sqlBytes / 2));
    return labelOf(backup) === 'DAMAGED';
  }

  /** Of the company, whose balance no operation here reads. */
  private addToBalance(cents: number): Promise<unknown> {
    const sql = "UPDATE users SET balance = balance + ? WHERE role = 'COMPANY'";
    return withSession(this.pool, ({ query }) => query(sql, [cents]));
  }

  private flip(at: number): void {
    const file = openSync(path.join(this.pool.settings.directory, this.damaged ?? ''), 'r+');
    try {
      const byte = Buffer.alloc(1);
      readSync(file, byte, 0, 1, at);
      writeSync(file, Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, at);
    } finally {
      closeSync(file);
    }
  }
}

/** What npm run db:status prints where it finds the backups not healthy. */
function statusOf(pool: CrashPool): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program('cli/db-status')], { env: pool.environment }, (error, stdout, stderr) => {
      if (error === null) reject(new Error(`The status is healthy while a rule is broken: ${stdout}`));
      else resolve(stdout + stderr);
    });
  });
}
