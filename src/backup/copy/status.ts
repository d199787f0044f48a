import type { Backup } from '../catalogue';
import { reasonOf } from '../errors';
import type { BackupSettings } from '../settings';
import { isCopyRunning } from './copy';
import { openStore } from './open-store';
import { withPulse } from './pulse';
import { describeTarget, type CopySettings } from './settings';
import { Shelf } from './shelf';

/** How the copies stand, as the target itself tells. */
export interface CopyStatus {
  /** The target: a folder, or "s3://bucket/prefix". */
  to: string;
  /** The newest copy there, whole: what `db:restore` takes. null where there is none, or nothing can be seen. */
  newest: string | null;
  /** How many copies lie there. */
  count: number;
  /** How many of the local backups have one. */
  copied: number;
  /** Copies are being made now. */
  running: boolean;
  /** Why all is not well, in one sentence. */
  problem: string | null;
}

const PATIENCE_MS = 20_000;

/** @param backups the local ones, newest first; null where no copies are kept */
export async function copyStatus(
  settings: BackupSettings,
  copy: CopySettings,
  backups: readonly Backup[],
): Promise<CopyStatus | null> {
  const { target } = copy;
  if (target === null) return null;
  const to = describeTarget(target);
  const running = await isCopyRunning(settings);
  try {
    const shelf = await withPulse(
      async ({ signal }) => {
        const store = await openStore(target, copy, signal);
        try {
          return new Shelf(await store.list());
        } finally {
          store.close();
        }
      },
      { stallMs: PATIENCE_MS },
    );
    const [newest] = backups;
    const isLacking = newest !== undefined && shelf.find(newest) === null;
    return {
      to,
      newest: shelf.copies[0] === undefined ? null : `${to}/${shelf.copies[0].name}`,
      count: shelf.copies.length,
      copied: backups.filter((backup) => shelf.find(backup) !== null).length,
      running,
      problem: isLacking && !running ? `${newest.filename}, the newest backup, has no copy in ${to} yet.` : null,
    };
  } catch (error) {
    const problem = `The copies in ${to} cannot be seen: ${reasonOf(error)}.`;
    return { to, newest: null, count: 0, copied: 0, running, problem };
  }
}
