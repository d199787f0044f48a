import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  closeSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWith, run, say, SetupError } from '../processes.mjs';

/*
 * Programs of a newer Debian than this machine's, in a folder of their own: packages of Debian unstable and all that
 * they depend on, the C library included, fetched and checked by apt and unpacked without being installed. Nothing of
 * the system changes, and no rights are needed.
 */

const self = fileURLToPath(import.meta.url);
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** For helper scripts that nobody runs here. */
const LEFT_OUT = /^(perl|libperl|libgdbm|libdb5)/;

/**
 * The folder of a tree with these packages, made if it is missing, and once even if several processes ask at the same time.
 * Its `bin` has every program by its own name, `usr` all that the packages hold.
 * @throws SetupError
 */
export async function debianTree(name, packages) {
  const root = join(cacheFolder(), name);
  if (existsSync(root)) return root;
  mkdirSync(cacheFolder(), { recursive: true });
  // The lock goes with the process that holds it, however that ends.
  const code = await new Promise((resolve, reject) => {
    const command = [process.execPath, self, root, ...packages];
    const child = spawn('flock', ['-x', `${root}.lock`, ...command], { stdio: ['ignore', 2, 2] });
    child.once('error', () => reject(new SetupError('The program flock is missing: install util-linux.')));
    child.once('exit', (status) => resolve(status ?? 1));
  });
  if (code !== 0) throw new SetupError(`There is no ${name} to test with: see above.`);
  return root;
}

function cacheFolder() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'motorpool', 'engines');
}

async function make(root, packages) {
  if (existsSync(root)) return;
  const name = basename(root);
  for (const left of readdirSync(join(root, '..'))) {
    if (left.startsWith(`${name}.new-`)) rmSync(join(root, '..', left), { recursive: true });
  }
  const unfinished = `${root}.new-${process.pid}`;
  say(`Fetching ${packages.join(' ')} of Debian unstable into ${root} ...`);
  const archives = await fetchPackages(join(unfinished, 'apt'), packages);
  for (const file of archives.filter((each) => !LEFT_OUT.test(basename(each)))) {
    await must(['dpkg-deb', '-x', file, unfinished], `The package ${basename(file)} could not be unpacked.`);
  }
  rmSync(join(unfinished, 'apt'), { recursive: true });
  writePrograms(unfinished, root);
  renameSync(unfinished, root);
}

/** Downloads the packages and everything that they depend on, into an apt of our own that knows no installed ones. */
async function fetchPackages(apt, packages) {
  const mirror = await findMirror();
  for (const folder of ['lists/partial', 'archives/partial', 'etc']) mkdirSync(join(apt, folder), { recursive: true });
  writeFileSync(join(apt, 'status'), '');
  writeFileSync(join(apt, 'sources.list'), `deb [signed-by=${KEYRING}] ${mirror} unstable main\n`);
  const settings = {
    'Dir::State': apt,
    'Dir::State::lists': join(apt, 'lists'),
    'Dir::State::status': join(apt, 'status'),
    'Dir::Cache': apt,
    'Dir::Cache::archives': join(apt, 'archives'),
    'Dir::Etc::sourcelist': join(apt, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
  };
  const options = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  const get = ['apt-get', '-qq', '-y', ...options];
  await must([...get, 'update'], `The packages of Debian unstable could not be listed from ${mirror}.`);
  await must(
    [...get, '--no-install-recommends', '--download-only', 'install', ...packages],
    `${packages.join(' ')} of Debian unstable could not be fetched from ${mirror}.`,
  );
  const archives = join(apt, 'archives');
  return readdirSync(archives)
    .filter((file) => file.endsWith('.deb'))
    .map((file) => join(archives, file));
}

/** Where this machine's own Debian comes from. */
async function findMirror() {
  const format = '$(ORIGIN)\t$(RELEASE)\t$(COMPONENT)\t$(REPO_URI)';
  const { code, output } = await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(readIfThere('/etc/os-release'))?.[1];
  const sources = code === 0 ? output.split('\n').map((line) => line.split('\t')) : [];
  const own = sources.filter(([, release, component]) => release === codename && component === 'main');
  const [, , , mirror] = own.find(([origin]) => origin === 'Debian') ?? own[0] ?? [];
  if (mirror !== undefined && existsSync(KEYRING)) return mirror;
  throw new SetupError(
    'This machine has no apt of Debian that other database servers could be fetched with: set TEST_DATABASE_URL to one.',
  );
}

/** The programs need their own C library, and so its own loader; scripts run by themselves. */
function writePrograms(unfinished, root) {
  const libraries = readdirSync(join(unfinished, 'usr/lib')).find((name) => /^\w+-linux-gnu\w*$/.test(name)) ?? '';
  const loader = readdirSync(join(unfinished, 'usr/lib', libraries)).find((name) => /^ld-linux.*\.so\.\d$/.test(name));
  if (loader === undefined) throw new SetupError(`The packages in ${unfinished} hold no loader for their programs.`);
  const library = join(root, 'usr/lib', libraries);
  // Clients of MySQL look for it where their package would have put it.
  const plugins = `LIBMYSQL_PLUGIN_DIR='${join(root, 'usr/lib/mysql/plugin')}'`;
  mkdirSync(join(unfinished, 'bin'));
  // So that the tree's root can be given to a server as the base of everything.
  for (const [name, place] of [
    ['sbin', 'bin'],
    ['share', 'usr/share'],
    ['lib', 'usr/lib'],
  ]) {
    rmSync(join(unfinished, name), { recursive: true, force: true });
    symlinkSync(place, join(unfinished, name));
  }
  for (const folder of ['usr/bin', 'usr/sbin'].filter((each) => existsSync(join(unfinished, each)))) {
    for (const name of readdirSync(join(unfinished, folder))) {
      const start = isElf(join(unfinished, folder, name))
        ? `'${join(library, loader)}' --library-path '${library}' `
        : '';
      const wrapper = join(unfinished, 'bin', name);
      writeFileSync(wrapper, `#!/bin/sh\nexport ${plugins}\nexec ${start}'${join(root, folder, name)}' "$@"\n`);
      chmodSync(wrapper, 0o755);
    }
  }
}

function isElf(file) {
  const descriptor = openSync(file, 'r');
  try {
    const head = Buffer.alloc(4);
    readSync(descriptor, head);
    return head.toString('latin1') === '\x7fELF';
  } finally {
    closeSync(descriptor);
  }
}

async function must([program, ...args], message) {
  const { code, output } = await run(program, args);
  if (code !== 0) throw new SetupError(message, output.trim().split('\n').slice(-15).join('\n'));
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

if (process.argv[1] === self) {
  const [root, ...packages] = process.argv.slice(2);
  await make(root, packages).catch(endWith);
}
