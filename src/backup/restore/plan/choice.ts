import type { LogPlace } from '../../binlog/binlog-position';
import type { OperationMark } from '../../core/ledger';
import type { SegmentReach } from '../../segments/reach';
import type { Judged } from '../../files/proofs';

/** What is asked for. `operation`: the state right after it. `before`: the state right before it. */
export type RestoreSource =
  | {
      kind: 'file';
      file: string;
      /** What people call it, where that is not its path. */
      shown?: string;
    }
  | { kind: 'latest' }
  | { kind: 'operation' | 'before'; number: number };

/** How to bring about what is asked for. The file was read whole and is what it was written as. */
export interface Choice {
  backup: Judged;
  replay: Replay | null;
  /** What the reader of the plan must know, in sentences. */
  notes: string[];
}

/** What to apply to the restored file: out of the server's binary log, or out of log segments. */
type Replay = LogReplay | SegmentReach;

interface LogReplay {
  segments?: undefined;
  from: LogPlace;
  end: LogPlace;
  transactions: number;
  last: OperationMark;
}
