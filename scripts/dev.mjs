import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setup } from './setup.mjs';

// node scripts/dev.mjs [NAME]: runs dist/src/NAME.js, by default the server, and starts it again whenever a source has
// changed and compiles. The compiler shows what does not; the program of before goes on meanwhile.
const root = fileURLToPath(new URL('..', import.meta.url));
const [name = 'main'] = process.argv.slice(2);
const children = [];

function start(args, stdio) {
  const child = spawn(process.execPath, args, { cwd: root, stdio });
  children.push(child);
  child.once('exit', () => stop('SIGTERM'));
  return child;
}

/** Both stay until they have ended what they started: a server with a database of its own takes a moment. */
function stop(signal) {
  for (const child of children) child.kill(signal);
}

await setup({ dev: true, embedded: name === 'demo/main' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
const compiler = start(
  [
    'node_modules/typescript/bin/tsc',
    ...['-p', 'tsconfig.build.json', '--outDir', 'dist', '--noEmitOnError', '--watch', '--preserveWatchOutput'],
  ],
  ['ignore', 'pipe', 'inherit'],
);
compiler.stdout.pipe(process.stderr, { end: false });
// The first round rewrites every file, and the program has not been started yet.
compiler.stdout.on('data', (text) => {
  if (children.length > 1 || !String(text).includes('Watching for file changes')) return;
  start(['--enable-source-maps', '--watch', '--watch-preserve-output', join('dist', 'src', `${name}.js`)], 'inherit');
});
