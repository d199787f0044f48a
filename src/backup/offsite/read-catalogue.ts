import { openStore } from './open-store';
import { RemoteCatalogue } from './remote-catalogue';
import type { CopySettings, CopyTarget } from './settings';
import { withStallTimeout } from './stall-timeout';

/**
 * Lists what lies at a target.
 * @param limits `stallMs`: it is given up after so many ms without an answer; `signal`: ends it sooner
 * @throws BackupError where the target cannot be looked at
 */
export function readCatalogue(
  target: CopyTarget,
  copy: Pick<CopySettings, 's3'>,
  limits: { stallMs: number; signal?: AbortSignal | undefined },
): Promise<RemoteCatalogue> {
  return withStallTimeout(async ({ signal }) => {
    const store = await openStore(target, copy, signal);
    try {
      return new RemoteCatalogue(await store.list());
    } finally {
      store.close();
    }
  }, limits);
}
