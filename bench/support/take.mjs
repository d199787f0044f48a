// One of the modules beside this folder in a process of its own, so that nothing that it leaves behind (memory, cores
// given away, connections) is in the next one's figures: told what to measure, it answers with the results.
import { fork } from 'node:child_process';

const self = new URL(import.meta.url).pathname;

/** @returns the results of bench/NAME.mjs; throws where it fails */
export function take(module, options) {
  const child = fork(self, { stdio: ['ignore', 2, 2, 'ipc'] });
  child.send({ module, options });
  // Ctrl-C reaches both; whoever ends us alone means both. What the child has started must be gone first.
  const end = (signal) => {
    child.removeAllListeners('exit');
    child.once('exit', () => process.exit(1));
    if (signal === 'SIGTERM') child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, end);
  child.once('exit', () => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, end);
  });
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', () => reject(new Error(`bench/${module}.mjs gave no result.`)));
  });
}

if (process.argv[1] === self) {
  process.once('message', async ({ module, options }) => {
    const { measure } = await import(`../${module}.mjs`);
    process.send(await measure(options), () => process.exit());
  });
}
