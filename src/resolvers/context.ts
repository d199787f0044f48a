import type { BackupService } from '../backup/status/backup-service';
import type { User } from '../entities/user';
import type { Services } from '../services';
import type { Refusal } from '../services/errors';
import type { AuditEntry } from './audit-entry';
import type { Loaders } from './loaders';

/** The context of one request, which every resolver gets. */
export interface Context {
  /** The account that asks, or the reason why there is none. */
  viewer: User | Refusal;
  /** The client's network address. */
  address: string;
  /** Why the next change could not be kept, in one sentence; null where it could. */
  whyNoChange: () => Promise<string | null>;
  /** By which the answer and the log name this request. */
  requestId: string;
  services: Services;
  backups: BackupService;
  loaders: Loaders;
  /** Writes to the audit trail, with this request's id and address. */
  audit: (entry: AuditEntry) => void;
}

/** For fields whose rule in access.ts lets only signed-in accounts through. */
export function viewerOf({ viewer }: Context): User {
  if (viewer instanceof Error) throw viewer;
  return viewer;
}
