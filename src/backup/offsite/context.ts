import type { BackupSettings } from '../core/settings';
import type { CopySettings } from './settings';

export interface CopyDependencies {
  settings: BackupSettings;
  copy: CopySettings;
  /** Ends the copying cleanly; the next run makes the missing copies. */
  signal?: AbortSignal;
  /** A copy that moves no byte for this long is ended. */
  stallMs?: number;
  now?: () => Date;
  /** Told, and waited for, at each step. */
  onStep?: (step: CopyStep) => void | Promise<void>;
}

export type CopyStep = 'locked' | 'copying' | 'stored' | 'verified' | 'copied' | 'unmarked';

export interface CopyOutcome {
  /** The names of the copies, in the order of their making; empty where every backup had one. */
  copied: string[];
  /** The names of the copies that retention removed. */
  rotated: string[];
  /** Problems that cost no copy, in sentences. */
  warnings: string[];
}
