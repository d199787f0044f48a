import type { Query } from '../../database/connection/query';
import type { BackupSettings } from '../core/settings';
import { readFollowState } from '../segments/follow-state';
import { isLogFollowed } from '../server/backup-lock';

/** How the following of the server's binary log stands, for the status. */
interface LogState {
  /** Why what commits is not stored at once, in one sentence. */
  problem: string | null;
  /** What is not as BACKUP_MODE says, or what segments leave unproven, in one sentence. */
  note: string | null;
}

interface LogHealthOptions {
  settings: BackupSettings;
  query: Query;
  database: string;
  /** Whether this server has the log followed. A command that only looks does not. */
  follows: boolean;
  /** So long nobody needs to follow it before that is a problem: who was killed is started again. */
  graceMs: number;
}

const DEAD =
  "No process follows the server's binary log: what is committed waits for a backup of everything, as with BACKUP_MODE=full.";
const PROVEN_LATER =
  'What was committed after the newest backup is in log segments, and is proven with the next backup.';

/** Tells whether what commits is stored from the server's binary log, as BACKUP_MODE=log wants. */
export class LogHealth {
  private sickSince: number | null = null;

  constructor(private readonly options: LogHealthOptions) {}

  /** @throws where the database does not answer */
  async state(): Promise<LogState> {
    const { settings, query, database, follows, graceMs } = this.options;
    if (settings.mode !== 'log') return { problem: null, note: null };
    const told = await readFollowState(settings);
    const isHeld = await isLogFollowed(query, database);
    if (told?.state === 'impossible') return { problem: null, note: told.problem };
    const isNeeded = follows || told?.state === 'following';
    const found = isHeld || !isNeeded ? (told?.problem ?? null) : (told?.problem ?? DEAD);
    if (found === null) {
      this.sickSince = null;
      return { problem: null, note: settings.verify === 'restore' ? PROVEN_LATER : null };
    }
    const now = performance.now();
    this.sickSince ??= now;
    return now - this.sickSince < graceMs ? { problem: null, note: found } : { problem: found, note: null };
  }
}
