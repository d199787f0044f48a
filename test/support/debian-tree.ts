import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { withFileLock } from '../../src/database/host/file-lock';

const execute = promisify(execFile);

/**
 * Debian packages, with all that they need, unpacked into a folder of the tests' own: programs that need not be
 * installed, and nothing of the system is changed. Made once, from the system's own sources; needs no root.
 * @returns the folder, which holds usr/bin and so on
 */
export async function debianTree(name: string, packages: readonly string[]): Promise<string> {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  const folder = path.join(cache, 'motorpool', 'debian');
  mkdirSync(folder, { recursive: true });
  const tree = path.join(folder, `${name}-${packages.join('-')}`);
  await withFileLock(path.join(folder, `${name}.lock`), async () => {
    if (existsSync(tree)) return;
    const unfinished = `${tree}.new`;
    rmSync(unfinished, { recursive: true, force: true });
    await unpack(unfinished, packages);
    renameSync(unfinished, tree);
  });
  return tree;
}

/** What a program of the tree needs to find its libraries there. */
export function treeEnvironment(tree: string): NodeJS.ProcessEnv {
  const folders = ['usr/lib', 'lib'].flatMap((lib) =>
    readdirSync(path.join(tree, lib))
      .filter((entry) => entry.endsWith('-linux-gnu'))
      .map((entry) => path.join(tree, lib, entry)),
  );
  return { PATH: '/usr/bin:/bin', LD_LIBRARY_PATH: folders.join(':') };
}

async function unpack(tree: string, packages: readonly string[]): Promise<void> {
  const apt = path.join(tree, 'apt');
  for (const part of ['state/lists/partial', 'cache/archives/partial']) {
    mkdirSync(path.join(apt, part), { recursive: true });
  }
  writeFileSync(path.join(apt, 'status'), '');
  const options = {
    'Dir::State': path.join(apt, 'state'),
    // As if nothing were installed: the tree is complete in itself.
    'Dir::State::status': path.join(apt, 'status'),
    'Dir::Cache': path.join(apt, 'cache'),
    'Debug::NoLocking': 'true',
    'APT::Sandbox::User': 'root',
    'APT::Install-Recommends': 'false',
    'Acquire::Retries': '3',
  };
  const flags = Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  const aptGet = (...args: string[]) => execute('apt-get', ['-qq', '-y', ...flags, ...args], { maxBuffer: 2 ** 26 });
  await aptGet('update');
  await aptGet('--download-only', 'install', ...packages);
  const archives = path.join(apt, 'cache', 'archives');
  for (const name of readdirSync(archives).filter((file) => file.endsWith('.deb'))) {
    await execute('dpkg-deb', ['--extract', path.join(archives, name), tree]);
  }
  rmSync(apt, { recursive: true });
}
