import { execFileSync } from 'node:child_process';
import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DiskFault } from './plan';

/** What a proof of a small pool is begun with, and little more. */
const ENOUGH = '112m';
const MOUNTS: Record<DiskFault, string> = {
  'no room': 'size=64k',
  'no right': 'size=1m,ro',
  'full disk': `size=${ENOUGH}`,
};

/** A disk of its own under the private server that proofs restore on: too small, read-only, or full in the middle. */
export class ProofDisk {
  private timer: NodeJS.Timeout | undefined;

  /** @param isProving whether a proof's server runs; a disk that is to be full fills up then */
  constructor(
    private readonly folder: string,
    kind: DiskFault,
    isProving: () => boolean,
  ) {
    mkdirSync(folder, { recursive: true });
    mount(folder, MOUNTS[kind]);
    if (kind !== 'full disk') return;
    this.timer = setInterval(() => {
      if (isProving()) this.fill();
    }, 5);
  }

  remove(): void {
    clearInterval(this.timer);
    unmount(this.folder);
  }

  private fill(): void {
    const { bavail, bsize } = statfsSync(this.folder);
    if (bavail === 0) return;
    try {
      writeFileSync(path.join(this.folder, 'filler'), Buffer.alloc(bavail * bsize), { flag: 'a' });
    } catch {
      // The server took some of it meanwhile: it is full all the same.
    }
  }
}

function mount(folder: string, options: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
}

/** Also under a server that still runs there. */
function unmount(folder: string): void {
  execFileSync('umount', ['--lazy', folder], { stdio: 'pipe' });
}
