import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { endWith, SetupError } from './processes.mjs';
import { setup } from './setup.mjs';

// node scripts/run.mjs NAME [arguments]: sets up what is missing, then runs dist/src/NAME.js in this process, so that
// signals, the exit status and the flags given to node are the program's own.
const [name = '', ...args] = process.argv.slice(2);
if (!/^[a-z][a-z0-9-]*(\/[a-z0-9-]+)*$/.test(name))
  endWith(new SetupError('Usage: node scripts/run.mjs NAME [arguments]'));

await setup({ embedded: name === 'demo/main' });

const program = fileURLToPath(new URL(`../dist/src/${name}.js`, import.meta.url));
if (!existsSync(program)) endWith(new SetupError(`There is no program ${name}: ${program} does not exist.`));
process.argv = [process.execPath, program, ...args];
createRequire(import.meta.url)(program);
