import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Whether tests may mount small disks, to fill them: only root may. Where not, that is told. */
export const mayMount = ((): boolean => {
  const folder = mkdtempSync(path.join(tmpdir(), 'motorpool-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'pipe' });
    execFileSync('umount', [folder], { stdio: 'pipe' });
    return true;
  } catch {
    console.warn('SKIPPED: the tests of a full and of a read-only disk need the right to mount file systems (root).');
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
})();
