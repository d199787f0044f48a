import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const ASK_MS = 2_000;

/** Programs that are process 1 of a whole system: what they start for others does not end with us. */
const SYSTEM_MANAGERS = new Set(['systemd', 'init', 'launchd', 'runit', 's6-svscan', 'openrc-init']);

/** What `whyChildrenEndWithUs` looks at; tests hand in their own. */
export interface Surroundings {
  pid: number;
  parentPid: number;
  /** systemd sets it for what it starts. */
  invocationId: string | undefined;
  /** The text of a file; null where it cannot be read. */
  read: (file: string) => Promise<string | null>;
  /** What `systemctl` prints; null where it fails. */
  systemctl: (args: string[]) => Promise<string | null>;
}

/**
 * Why the platform ends our child processes when this process ends, as half a sentence; null where they outlive it. In
 * doubt they do not: waiting for a backup costs time, and a backup that is killed has to be made again.
 */
export async function whyChildrenEndWithUs(around: Surroundings = surroundings()): Promise<string | null> {
  const { pid, parentPid, invocationId } = around;
  const container = 'the container ends all its processes with this one';
  // 0: the parent is outside of the container, as that of its first process and of what `docker exec` starts.
  if (pid === 1 || parentPid === 0) return container;
  if (parentPid === 1) {
    const name = (await around.read('/proc/1/comm'))?.trim();
    // A small init of a container, such as that of `docker run --init`, ends when its only child does.
    if (name !== undefined && !SYSTEM_MANAGERS.has(name)) return container;
  }
  return invocationId === undefined ? null : whyUnitEndsThem(around);
}

/** By what systemd itself says of the unit that this process belongs to. */
async function whyUnitEndsThem({ read, systemctl }: Surroundings): Promise<string | null> {
  const groups = (await read('/proc/self/cgroup')) ?? '';
  const group = /^(?:0|1:name=systemd|\d+:name=systemd):[^:]*:?(\/.*)$/m.exec(groups)?.[1] ?? '';
  const unit = group.split('/').at(-1) ?? '';
  // A session or a terminal: nothing is stopped there.
  if (!unit.endsWith('.service')) return null;
  const manager = /\/user@\d+\.service\//.test(group) ? ['--user'] : [];
  const mode = (await systemctl([...manager, 'show', '--property=KillMode', '--value', unit]))?.trim();
  if (mode === 'process' || mode === 'none') return null;
  return mode === undefined || mode === ''
    ? `systemd does not say whether ${unit} has KillMode=process`
    : `systemd ends it with ${unit}, which has KillMode=${mode}`;
}

function surroundings(): Surroundings {
  return {
    pid: process.pid,
    parentPid: process.ppid,
    invocationId: process.env.INVOCATION_ID,
    read: (file) => readFile(file, 'utf8').catch(() => null),
    systemctl: (args) =>
      promisify(execFile)('systemctl', args, { timeout: ASK_MS }).then(
        ({ stdout }) => stdout,
        () => null,
      ),
  };
}
