import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run, say, SetupError } from '../processes.mjs';

const PROVIDERS = ['/usr/lib/galera/libgalera_smm.so', '/usr/lib64/galera-4/libgalera_smm.so'];
const SCRIPTS = ['wsrep_sst_common', 'wsrep_sst_rsync'];

/**
 * Makes sure of what a Galera cluster needs beside MariaDB's server: the provider and rsync, installed, and the scripts
 * that bring a new node up to date, copied into `folder`.
 * @returns {Promise<string>} the path of the provider
 * @throws SetupError
 */
export async function galeraPackages(folder) {
  const missing = [
    ...(findProvider() === undefined ? ['galera-4'] : []),
    ...((await run('rsync', ['--version'])).code === 0 ? [] : ['rsync']),
    ...((await run('mariadbd', ['--version'])).code === 0 ? [] : ['mariadb-server-core']),
  ];
  if (missing.length > 0) await install(missing);
  const provider = findProvider();
  if (provider === undefined) throw new SetupError('Galera cannot be found: install galera-4 and rsync.');
  mkdirSync(folder, { recursive: true });
  if (existsSync(`/usr/bin/${SCRIPTS[1]}`)) await must(['cp', ...SCRIPTS.map((name) => `/usr/bin/${name}`), folder]);
  else await unpackScripts(folder);
  return provider;
}

const findProvider = () => PROVIDERS.find((path) => existsSync(path));

async function install(names) {
  if (process.getuid() !== 0)
    throw new SetupError(`Galera needs packages that are missing: install ${names.join(' ')}.`);
  say(`Installing ${names.join(' ')} with apt-get ...`);
  const apt = ['apt-get', '-qq', '-y', '-o', 'DPkg::Lock::Timeout=300', 'install', '--no-install-recommends', ...names];
  await must(['env', 'DEBIAN_FRONTEND=noninteractive', ...apt]);
}

/** They come with the package of a whole server, which would be set up and started: two files of it are enough. */
async function unpackScripts(folder) {
  await must(['sh', '-c', 'cd "$0" && apt-get -qq download mariadb-server', folder]);
  const archive = readdirSync(folder).find((name) => name.endsWith('.deb')) ?? '';
  const members = SCRIPTS.map((name) => `./usr/bin/${name}`).join(' ');
  const unpack = `dpkg-deb --fsys-tarfile "$0" | tar -x -C "$1" --strip-components=3 ${members}`;
  await must(['sh', '-c', unpack, join(folder, archive), folder]);
}

async function must([program, ...args]) {
  const { code, output } = await run(program, args);
  if (code !== 0)
    throw new SetupError(`A test cluster could not be set up: ${program} ${args.join(' ')} failed.`, output);
}
