import type { DatabaseAddress } from '../../database/connection/address';
import { BackupError, BackupStopped } from '../core/errors';
import type { OperationMark } from '../core/ledger';
import type { Manifest } from '../files/manifest';
import type { ProofPlace, ProofState } from '../files/proofs';
import type { DatabaseServer } from '../server/server-version';

/** What a proof found. */
export interface Verdict {
  state: Exclude<ProofState, 'UNPROVEN'>;
  /** UNSOUND and DAMAGED: why, in one sentence. */
  problem: string | null;
  /** UNSOUND: the broken rules, each as half a sentence. */
  findings: string[];
  /** Exact, as read from the restored copy; DAMAGED: what the file says of itself, a lower bound. */
  lastOperation: OperationMark;
  /** Left out where there is no journal of changes. */
  lastChange?: Manifest['lastChange'];
  schemaVersion: string;
  /** null: its hash alone was compared, and does not match. */
  place: ProofPlace | null;
}

const BESIDE_LIVE =
  'The backup was restored into a scratch database beside the live one: whether it restores under its own name on an ' +
  'empty server is not proven. Install the database server’s program here, or set BACKUP_PROVE_URL.';

/** What a proof at that place leaves unproven, in one sentence; null where nothing. */
export function leftUnproven(place: ProofPlace | null): string | null {
  return place === 'SCRATCH_DATABASE' ? BESIDE_LIVE : null;
}

/** No verdict could be made, and nothing is known of the file: the proof is to be tried again. */
export class ProofImpossible extends BackupError {
  static override from(error: unknown, doing: string): BackupError {
    if (error instanceof ProofImpossible || error instanceof BackupStopped) return error;
    return new ProofImpossible(BackupError.from(error, doing).message, { cause: error });
  }
}

/** An empty database, made for one proof and dropped after it. */
export interface EmptyDatabase {
  place: ProofPlace;
  address: DatabaseAddress;
  server: DatabaseServer;
  /** What the client's session must say first; null where nothing. */
  initCommand: string | null;
  /** Aborted when the database may not be used any longer. */
  signal: AbortSignal;
}
