import { BackupError, BackupStopped, reasonOf, UnsoundBackup } from '../core/errors';
import { BackupLog } from '../core/log';
import { inspectFile } from '../files/checksum';
import { coverage, isGood } from '../files/coverage';
import { labelOf, listLabelled, writeProof, type LabelledBackup, type Proof } from '../files/proofs';
import { underProofLock, type Prover, type ProvenStep } from '../prove/under-proof-lock';
import { keepLastProof } from './last-try';
import { runBackup } from './run-backup';
import type { BackupDependencies } from './types';

export type ProofStep = ProvenStep;

export interface ProofRunDependencies extends Omit<BackupDependencies, 'onStep' | 'onPublished'> {
  /** Told, and waited for, at each step. */
  onStep?: (step: ProofStep) => void | Promise<void>;
}

interface ProofOutcome {
  /** What was judged, in the order of the judgements. */
  judged: Proof[];
  /** The backups that were made because the newest was DAMAGED. */
  replacements: string[];
}

/**
 * Proves the newest backup of today's history, and what is published meanwhile: the newest only, so that a burst queues
 * no proofs; then one of the older that have none. A DAMAGED newest one is replaced by a new backup at once, which is proven too. Holds up no backup.
 * @throws ProofImpossible where a proof could not be made: try again after a pause; BackupError where the new backup is
 * DAMAGED as well: there is no use in trying at once; where both fail for one reason, none is made until more commits
 */
export async function proveNewest(dependencies: ProofRunDependencies): Promise<ProofOutcome> {
  const log = new BackupLog(dependencies.settings.logFile, dependencies.now);
  const outcome: ProofOutcome = { judged: [], replacements: [] };
  try {
    const done = await underProofLock(dependencies, log, (prover) =>
      new ProofRun(dependencies, log, prover, outcome).run(),
    );
    await keepLastProof(dependencies.settings, log, null);
    return done;
  } catch (error) {
    const failure = BackupError.from(error, 'The proof failed');
    // A proof that was stopped is made by the next start.
    if (!(error instanceof BackupStopped)) {
      log.warn(`Proof not made: ${failure.message}`);
      await keepLastProof(dependencies.settings, log, failure.message);
    }
    throw failure;
  }
}

/** The disk or the memory is suspect: trying again at once would only fill it. */
class ReplacementDamaged extends BackupError {}

class ProofRun {
  constructor(
    private readonly dependencies: ProofRunDependencies,
    private readonly log: BackupLog,
    private readonly prover: Prover,
    private readonly outcome: ProofOutcome,
  ) {}

  async run(): Promise<ProofOutcome> {
    const seen = new Set<string>();
    // Of those that a burst left behind, or whose record was lost, one a run.
    let hasMadeUp = this.dependencies.settings.verify !== 'restore';
    for (;;) {
      if (this.prover.signal.aborted) throw new BackupStopped('The proof');
      const files = await this.filesOfToday();
      const [newest, before] = files;
      if (newest !== undefined && !isGood(newest)) {
        await this.replace(newest, before);
        continue;
      }
      // What was looked at and stays UNPROVEN, as where its hash alone is compared, is not looked at twice.
      const waiting = files.filter((file) => labelOf(file) === 'UNPROVEN' && !seen.has(file.filename));
      const next = waiting.find((file) => file === newest) ?? (hasMadeUp ? undefined : waiting[0]);
      if (next === undefined) return this.outcome;
      seen.add(next.filename);
      if (next === newest) await this.judge(next);
      else await this.judge(next).catch(this.leave.bind(this, next));
      hasMadeUp ||= next !== newest;
    }
  }

  /** The newest is what counts: one that is older has its next turn after the next backup. */
  private leave({ filename }: LabelledBackup, error: unknown): void {
    if (this.prover.signal.aborted) throw error;
    this.log.warn(`The older backup ${filename} could not be proven now: ${reasonOf(error)}.`);
  }

  /** Newest first. */
  private async filesOfToday(): Promise<LabelledBackup[]> {
    const { settings, ledger } = this.dependencies;
    const files = await listLabelled(settings);
    const { current } = await coverage(files, ledger, this.prover.session.query);
    return files.filter(({ filename }) => current.has(filename));
  }

  private async judge(backup: LabelledBackup): Promise<void> {
    const { settings } = this.dependencies;
    try {
      const proof =
        settings.verify === 'restore' ? await this.prover.prove(backup, true) : await this.compareHash(backup);
      if (proof === null) return;
      this.outcome.judged.push(proof);
      this.tell(proof);
    } catch (error) {
      // Rotation may have taken it away meanwhile: there is a newer one then.
      if (await this.isThere(backup)) throw error;
    }
  }

  private async isThere({ filename }: LabelledBackup): Promise<boolean> {
    return (await listLabelled(this.dependencies.settings)).some((backup) => backup.filename === filename);
  }

  /** @returns null where the file is what was written: that is no proof */
  private async compareHash(backup: LabelledBackup): Promise<Proof | null> {
    const { settings, now = () => new Date() } = this.dependencies;
    const begun = performance.now();
    try {
      await inspectFile(backup.path);
      return null;
    } catch (error) {
      if (!(error instanceof UnsoundBackup)) throw error;
      const { filename, sha256, lastOperation, schemaVersion } = backup;
      const durationMs = Math.round(performance.now() - begun);
      const verdict = { state: 'DAMAGED' as const, problem: error.message, findings: [], place: null };
      const proof = { filename, sha256, ...verdict, judgedAt: now(), durationMs, lastOperation, schemaVersion };
      await writeProof(settings.proofDirectory, proof);
      return proof;
    }
  }

  private tell({ filename, state, problem, durationMs }: Proof): void {
    if (state === 'PROVEN') this.log.info(`Proven: ${filename} restores, and its ledger holds, in ${durationMs} ms.`);
    else if (state === 'UNSOUND') this.log.error(`Proof of ${filename}: UNSOUND. It restores, but: ${problem ?? ''}`);
    else this.log.error(`Proof of ${filename}: DAMAGED. It covers nothing: ${problem ?? ''}`);
  }

  /**
   * @throws ReplacementDamaged where it is itself the replacement of a damaged one, or fails as the one before it does
   */
  private async replace({ filename, proof }: LabelledBackup, before: LabelledBackup | undefined): Promise<void> {
    const { onStep: _onStep, ...dependencies } = this.dependencies;
    const { replacements } = this.outcome;
    if (before !== undefined && proof?.place != null && proof.problem === before.proof?.problem) {
      throw new ReplacementDamaged(
        `The backups ${before.filename} and ${filename} do not restore, both for this reason: ` +
          `${reasonOf(proof.problem)}. See to that, then make one by npm run db:backup: until then a further one is made ` +
          `only of what commits.`,
      );
    }
    if (replacements.length > 0) {
      throw new ReplacementDamaged(
        `The backup ${filename}, made because the one before it is damaged, is damaged too: ` +
          `${reasonOf(proof?.problem)}. See to that; the next one is made after a pause.`,
      );
    }
    const { published } = await runBackup(
      { ...dependencies, signal: this.prover.signal },
      { trigger: 'RECOVERY', force: true, once: true },
    );
    replacements.push(...published.map((backup) => backup.filename));
  }
}
