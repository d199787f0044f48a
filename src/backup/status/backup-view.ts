import type { BackupCheck } from '../prove/verification-queue';
import type { BackupTrigger } from '../files/manifest';
import { asJudged, labelOf, newestChangeIn, newestIn, type LabelledBackup, type ProofState } from '../files/proofs';
import { THIS_HOST } from './peer-inventory';

/** A backup as an administrator sees it. */
export interface BackupView {
  filename: string;
  /** The name of the machine that has the file. */
  host: string;
  /** Absolute. */
  path: string;
  createdAt: Date;
  sizeBytes: number;
  sha256: string;
  trigger: BackupTrigger;
  /** Every operation up to this number is in it; 0 where there was none yet. */
  lastOperation: number;
  /** Every change up to this number is in it; 0 where it does not tell. */
  lastChange: number;
  /** Of today's history: its last operation is in the live database. */
  current: boolean;
  proof: ProofState;
  /** Why it is UNSOUND or DAMAGED, in one sentence. */
  proofProblem: string | null;
  /** When it was last restored and found sound. */
  verifiedAt: Date | null;
  durationMs: number;
  /** The last test restore that this server was asked for. */
  check: BackupCheck | null;
}

/** What a file of this machine tells of itself. */
export function viewOf(backup: LabelledBackup): Omit<BackupView, 'current' | 'check'> {
  const { filename, path, createdAt, sizeBytes, sha256, trigger, durationMs, proof } = backup;
  const file = { filename, host: THIS_HOST, path, createdAt, sizeBytes, sha256 };
  const label = { proof: labelOf(backup), proofProblem: proof?.problem ?? null, verifiedAt: verifiedAtOf(backup) };
  const holds = { lastOperation: newestIn(backup).number, lastChange: newestChangeIn(backup)?.number ?? 0 };
  return { ...file, trigger, ...holds, ...label, durationMs };
}

function verifiedAtOf(backup: LabelledBackup): Date | null {
  return ['PROVEN', 'UNPROVEN'].includes(labelOf(backup)) ? asJudged(backup).verifiedAt : null;
}
