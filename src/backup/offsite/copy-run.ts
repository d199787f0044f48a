import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Backup } from '../files/catalogue';
import { listLabelled, type LabelledBackup } from '../files/proofs';
import { recordBackup } from '../files/record';
import { BackupError, humanSize, reasonOf } from '../core/errors';
import type { BackupLog } from '../core/log';
import type { CopyDependencies, CopyOutcome, CopyStep } from './context';
import { BackupGone, DamagedBackup, EncodedBackup, type Written } from './encode';
import { checksumName, copyName } from './name';
import type { StallTimer } from './stall-timeout';
import { RemoteCatalogue } from './remote-catalogue';
import type { CopyStore } from './store';

/** age and gzip may make it longer than the backup, by this much at most. */
const OVERHEAD = 1.01;
const OVERHEAD_BYTES = 2 ** 16;

/** Makes copies while it holds the lock. */
export class CopyRun {
  private readonly outcome: CopyOutcome = { copied: [], rotated: [], warnings: [] };
  /** Backups whose content does not match their SHA-256. */
  private readonly damaged = new Map<string, DamagedBackup>();

  constructor(
    private readonly dependencies: CopyDependencies,
    private readonly log: BackupLog,
    private readonly store: CopyStore,
    private readonly where: string,
    private readonly timer: StallTimer,
  ) {}

  /** The newest first, each one complete before the next; backups that are made meanwhile are copied too. */
  async untilCopied(): Promise<CopyOutcome> {
    const { settings } = this.dependencies;
    const { keep } = settings;
    await this.clearOrphans(await listLabelled(settings));
    for (;;) {
      const backups = await listLabelled(settings);
      const remote = await this.look();
      const [next] = remote.missing(backups, keep).filter(({ filename }) => !this.damaged.has(filename));
      if (next === undefined) {
        await this.prune(remote, backups);
        break;
      }
      await this.copyUnlessDamaged(next);
    }
    const [damage] = this.damaged.values();
    if (damage !== undefined) throw damage;
    return this.outcome;
  }

  private async copyUnlessDamaged(backup: Backup): Promise<void> {
    try {
      await this.copy(backup);
    } catch (error) {
      if (error instanceof DamagedBackup) this.damaged.set(backup.filename, error);
      // Pruned before it could be read: nothing is left to copy.
      else if (!(error instanceof BackupGone)) throw error;
    }
  }

  private async copy(backup: Backup): Promise<void> {
    const begun = performance.now();
    const { recipients } = this.dependencies.copy;
    const name = copyName(backup, recipients.length > 0);
    await this.step('copying');
    const encoded = new EncodedBackup(backup, recipients, this.timer);
    const content = encoded.stream();
    await this.store.put(name, content, Math.ceil(backup.sizeBytes * OVERHEAD) + OVERHEAD_BYTES);
    const written = encoded.written();
    await this.step('stored');
    await this.readBack(name, written);
    await this.step('verified');
    // Only a copy with this file counts.
    const line = Buffer.from(`${written.sha256}  ${name}\n`);
    await this.store.put(checksumName(name), Readable.from([line], { objectMode: false }), line.length);
    this.outcome.copied.push(name);
    await recordBackup(this.dependencies.settings, 'copied', backup.lastOperation, new Date());
    const size = `${humanSize(written.bytes)}${recipients.length > 0 ? ', encrypted' : ''}`;
    const took = Math.round(performance.now() - begun);
    this.log.info(`Copied ${backup.filename} to ${this.where}/${name}: ${size}, read back, in ${took} ms.`);
    await this.step('copied');
  }

  /** Reads the copy back and compares its hash: a store's own word that it holds a file is no proof. */
  private async readBack(name: string, written: Written): Promise<void> {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of await this.store.open(name)) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      this.timer.moved();
      this.timer.signal.throwIfAborted();
    }
    if (bytes === written.bytes && hash.digest('hex') === written.sha256) return;
    await this.store.remove(name).catch(() => undefined);
    throw new BackupError(`${name}, read back, is not what was written (${bytes} of ${written.bytes} bytes).`);
  }

  /** Only after every copy is made; the copies are safe whatever happens here. */
  private async prune(remote: RemoteCatalogue, backups: LabelledBackup[]): Promise<void> {
    const { keep } = this.dependencies.settings;
    const doomed = remote.expendable(backups, keep).map(({ name }) => name);
    const removed: string[] = [];
    for (const name of doomed.sort()) {
      try {
        // The checksum goes first: a copy that is half removed then no longer counts.
        await this.store.remove(checksumName(name));
        await this.step('unmarked');
        await this.store.remove(name);
        removed.push(name);
      } catch (error) {
        this.timer.signal.throwIfAborted();
        this.warn(`The old copy ${name} in ${this.where} could not be removed: ${reasonOf(error)}.`);
      }
    }
    this.outcome.rotated.push(...removed);
    if (removed.length > 0) this.log.info(`Pruned the copies to ${keep}: removed ${removed.join(', ')}.`);
  }

  private async clearOrphans(backups: readonly Backup[]): Promise<void> {
    const { now = () => new Date() } = this.dependencies;
    const remote = await this.look();
    for (const name of remote.orphans(backups, now())) await this.store.remove(name);
    await this.store.clearUnfinished(remote.deadness(backups, now()));
  }

  private async look(): Promise<RemoteCatalogue> {
    const files = await this.store.list();
    this.timer.moved();
    this.timer.signal.throwIfAborted();
    return new RemoteCatalogue(files);
  }

  private warn(message: string): void {
    this.outcome.warnings.push(message);
    this.log.warn(message);
  }

  private async step(step: CopyStep): Promise<void> {
    this.timer.moved();
    await this.dependencies.onStep?.(step);
    this.timer.signal.throwIfAborted();
  }
}
