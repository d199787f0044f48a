import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Project } from '../scripts/project';
import { ROOT } from '../support/programs';
import { mayMount } from '../support/small-disk';
import { waitFor } from '../support/wait';
import { describeIf } from '../support/debian-package';
import { backupLog, clearUp, databaseOf, newFolder, run, Server } from './programs';

const NOBODY = 65_534;
/** As those of a system that has other names for them. */
const PACKAGES = [['no-such-server'], ['mariadb-server-core', 'mariadb-client']];

/** Calls a function of the scripts, as a user without rights where we have them. */
function fetchAsNobody(scripts: string, folder: string): void {
  const code = `
    const { fetchMariaDb } = await import(process.argv[1]);
    const failure = await fetchMariaDb(JSON.parse(process.argv[3]), process.argv[2]);
    if (failure !== null) { console.error(failure); process.exit(1); }`;
  const args = [path.join(scripts, 'mariadb-folder.mjs'), folder, JSON.stringify(PACKAGES)];
  execFileSync(process.execPath, ['--input-type=module', '-e', code, ...args], {
    stdio: ['ignore', 'inherit', 'pipe'],
    ...(process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}),
  });
}

describeIf(existsSync('/usr/bin/apt-get'), 'apt-get', 'for a user who may install nothing', () => {
  let home: string;

  beforeAll(() => {
    home = mkdtempSync(path.join(tmpdir(), 'no-root-'));
    cpSync(path.join(ROOT, 'scripts'), path.join(home, 'scripts'), { recursive: true });
    mkdirSync(path.join(home, 'fetched'));
    if (process.getuid?.() === 0) chownSync(path.join(home, 'fetched'), NOBODY, NOBODY);
    chmodSync(home, 0o755);
  });
  afterAll(() => {
    rmSync(home, { recursive: true, force: true });
  });
  afterEach(clearUp);

  test('the fetched programs are server, clients and proof server', async () => {
    const folder = path.join(home, 'fetched', 'mariadb');
    fetchAsNobody(path.join(home, 'scripts'), folder);
    const storage = newFolder();
    // Before those that the machine has.
    const settings = { PATH: `${path.join(folder, 'bin')}:${process.env.PATH ?? ''}:${storage}` };
    const server = await Server.start(storage, settings);
    expect(readlinkSync(`/proc/${databaseOf(storage) ?? 0}/exe`)).toBe(path.join(folder, 'usr/sbin/mariadbd'));
    await (await server.signIn()).buy('1.00');
    // The first backup, and that of the purchase.
    await waitFor('the proofs', () => [...backupLog(storage).matchAll(/Proven: /g)].length === 2);
    expect((await run(storage, 'cli/db-verify', { args: ['--all'], settings })).code).toBe(0);
    await server.end('SIGTERM');
  }, 300_000);
});

/** On a machine that lacks the programs of that path: they are hidden for one command. */
function without(hidden: readonly string[], command: string): { status: number | null; stderr: string } {
  const hide = hidden.map((file) => `if [ -e ${file} ]; then mount --bind /dev/null ${file}; fi`).join(' && ');
  const { status, stderr } = spawnSync('unshare', ['-m', 'sh', '-c', `${hide} && ${command}`], {
    encoding: 'utf8',
    cwd: ROOT,
    env: { PATH: process.env.PATH },
  });
  return { status, stderr };
}

(mayMount ? describe : describe.skip)('without MariaDB and without apt-get', () => {
  const GONE = ['/usr/bin/apt-get', '/usr/sbin/mariadbd'];
  let project: Project;

  beforeEach(() => {
    project = Project.packed();
    project.remove('.env');
  });
  afterEach(() => {
    rmSync(project.root, { recursive: true, force: true });
  });

  test.each([
    ['dnf', 'MariaDB cannot be found. Install it, then start again: sudo dnf install mariadb-server mariadb\n'],
    ['nothing-known', 'MariaDB cannot be found: install its server and its client programs, or set DATABASE_URL.\n'],
  ])('a machine with %s is told how to install it before anything is installed', (manager, said) => {
    project.write(`bin/${manager}`, '#!/bin/sh\n');
    chmodSync(path.join(project.root, 'bin', manager), 0o755);
    const start = `cd ${project.root} && PATH=$PATH:${project.root}/bin ${process.execPath} scripts/run.mjs hello`;
    expect(without(GONE, start)).toEqual({ status: 1, stderr: said });
    expect(existsSync(path.join(project.root, 'node_modules'))).toBe(false);
  });
});
