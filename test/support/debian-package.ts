import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const INSTALL_MS = 10 * 60_000;

/**
 * A program of Debian's that only tests need, installed where that needs no question.
 * @param find tells where it is
 * @param purpose what it is for, such as "the tests of the console"
 */
export function findOrInstall(find: () => string | null, name: string, purpose: string): string | null {
  if (find() === null) install(name, purpose);
  return find();
}

/** Two test files may come here at once: one waits. */
function install(name: string, purpose: string): void {
  if (!existsSync('/usr/bin/apt-get')) return;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync('sudo', ['-n', 'true']).status !== 0) return;
  process.stderr.write(`Installing ${name} with apt-get for ${purpose} ...\n`);
  const apt = 'apt-get -qq -y -o DPkg::Lock::Timeout=300';
  const script = `export DEBIAN_FRONTEND=noninteractive LC_ALL=C; dpkg -s ${name} >/dev/null 2>&1 || { ${apt} update; ${apt} install --no-install-recommends ${name}; }`;
  const command = ['flock', path.join(tmpdir(), `motorpool-${name}.lock`), 'sh', '-c', script];
  const [program = '', ...args] = isRoot ? command : ['sudo', '-n', ...command];
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: INSTALL_MS });
  if (status !== 0) process.stderr.write(`${stdout}${stderr}\n`);
}

/** Like `describe`; without what it needs it leaves the tests out aloud, and fails in CI. */
export function describeIf(there: boolean, need: string, name: string, tests: () => void): void {
  if (there) {
    describe(name, tests);
  } else if (process.env.CI) {
    test(name, () => {
      throw new Error(`CI leaves no test out, and this one needs ${need}.`);
    });
  } else {
    process.stderr.write(`\n*** LEFT OUT: "${name}" needs ${need}. ***\n\n`);
    describe.skip(name, tests);
  }
}
