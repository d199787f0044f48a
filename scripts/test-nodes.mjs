import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWith, run, say, SetupError } from './processes.mjs';
import { setup } from './setup.mjs';

// npm run test:nodes: the tests of what touches the engine, on the newest Node.js of each line but this machine's own, on
// which "npm test" runs. The binaries are those of the npm packages named "node". Arguments take the place of the folders.
const LINES = ['22', '24', '26'];
const FOLDERS = ['test/http', 'test/process', 'test/scripts', 'test/api'];

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'motorpool', 'nodes');

/** The folder with the program of the newest Node.js of that line. @throws SetupError */
async function install(line) {
  const folder = join(cache, line);
  mkdirSync(folder, { recursive: true });
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', `node@${line}`];
  const { code, output } = await run('npm', args, { cwd: folder });
  if (code !== 0) throw new SetupError(`npm could not install node@${line}.`, output);
  return join(folder, 'node_modules', 'node', 'bin');
}

/** Programs that the tests start find that Node.js first, too. @throws SetupError */
async function test(bin, line, folders) {
  const node = join(bin, 'node');
  const { output } = await run(node, ['--version']);
  say(`Node.js ${output.trim()}: ${folders.join(' ')}`);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const child = spawn(node, [jest, ...(process.env.CI ? ['--ci'] : []), ...folders], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new SetupError(`Failed: tests on Node.js ${line}.`);
}

await setup({ dev: true, embedded: true });
const [own] = process.versions.node.split('.');
const given = process.argv.slice(2);
try {
  for (const line of LINES.filter((each) => each !== own)) {
    await test(await install(line), line, given.length > 0 ? given : FOLDERS);
  }
} catch (error) {
  endWith(error);
}
