import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, say } from './processes.mjs';

/** Programs that are started by us, or by one of those. */
const WRAPPED = /^(mariadb(d|-[a-z-]+)?|my_print_defaults|resolveip)$/;
/** The installer passes the folder on to what it starts. */
const WITH_BASEDIR = ['mariadbd', 'mariadb-install-db'];

/**
 * Fetches MariaDB's packages with apt-get and unpacks them into a folder, with its programs in `bin`, whole or not at all. Needs no root, and
 * changes nothing of the system. Packages that the system has are used from there.
 * @param {readonly (readonly string[])[]} choices the packages, under the names that one or another system has for them
 * @param {string} folder an absolute path
 * @returns {Promise<string | null>} null, or what apt-get said where it could not
 */
export async function fetchMariaDb(choices, folder) {
  const unfinished = `${folder}.new-${randomBytes(4).toString('hex')}`;
  say(`Fetching the MariaDB programs with apt-get into ${folder}, as this user may not install them ...`);
  try {
    const failure = await unpack(choices, unfinished);
    if (failure !== null) return failure;
    wrapPrograms(unfinished, folder);
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
    return null;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

async function unpack(choices, tree) {
  const apt = join(tree, 'apt');
  const archives = join(apt, 'cache', 'archives');
  for (const part of [join(apt, 'state', 'lists', 'partial'), join(archives, 'partial')]) {
    mkdirSync(part, { recursive: true });
  }
  const options = [
    `Dir::State=${join(apt, 'state')}`,
    'Dir::State::status=/var/lib/dpkg/status',
    `Dir::Cache=${join(apt, 'cache')}`,
    // The system's own locks are for root.
    'Debug::NoLocking=true',
    'APT::Install-Recommends=false',
    'Acquire::Retries=3',
  ].flatMap((option) => ['-o', option]);
  const aptGet = (...args) =>
    run('apt-get', ['-qq', '-y', ...options, ...args], { env: { ...process.env, LC_ALL: 'C' } });
  const updated = await aptGet('update');
  if (updated.code !== 0) return updated.output;
  let fetched = updated;
  for (const names of choices) {
    // Also of those that the system has a part of: the wrappers need everything in one folder.
    fetched = await aptGet('--download-only', '--reinstall', 'install', ...names);
    if (fetched.code === 0) break;
  }
  if (fetched.code !== 0) return fetched.output;
  for (const name of readdirSync(archives).filter((file) => file.endsWith('.deb'))) {
    const { code, output } = await run('dpkg-deb', ['--extract', join(archives, name), tree]);
    if (code !== 0) return output;
  }
  rmSync(apt, { recursive: true });
  return null;
}

/** The programs look for their libraries and messages in /usr: each gets a script of its name that tells where they are. */
function wrapPrograms(tree, folder) {
  const libraries = ['usr/lib', 'lib'].flatMap((lib) =>
    !existsSync(join(tree, lib))
      ? []
      : readdirSync(join(tree, lib))
          .filter((name) => name.endsWith('-linux-gnu'))
          .map((name) => join(folder, lib, name)),
  );
  mkdirSync(join(tree, 'bin'));
  for (const programs of ['usr/bin', 'usr/sbin']) {
    for (const name of readdirSync(join(tree, programs)).filter((each) => WRAPPED.test(each))) {
      const program = join(folder, programs, name);
      writeFileSync(join(tree, 'bin', name), wrapper(program, libraries), { mode: 0o755 });
    }
  }
}

/** `--no-defaults` is obeyed as the first argument alone. */
function wrapper(program, libraries) {
  const name = program.slice(dirname(program).length + 1);
  const basedir = WITH_BASEDIR.includes(name) ? ` --basedir=${quoted(join(dirname(program), '..'))}` : '';
  return [
    '#!/bin/sh',
    `LD_LIBRARY_PATH=${quoted(libraries.join(':'))}`,
    'export LD_LIBRARY_PATH',
    'first=$1',
    '[ $# -eq 0 ] || shift',
    `exec ${quoted(program)} "\${first:---no-defaults}"${basedir} "$@"`,
    '',
  ].join('\n');
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
