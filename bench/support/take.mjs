// One of the modules beside this folder in a process of its own, so that nothing that it leaves behind (memory, cores
// given away, connections) is in the next one's figures: told what to measure, it answers with the results.
import { fork } from 'node:child_process';
import { end } from './servers.mjs';
import { undoAll, undone } from './undo.mjs';

const self = new URL(import.meta.url).pathname;

/** @returns the results of bench/NAME.mjs; throws where it fails, once all that it started has ended */
export async function take(module, options) {
  const child = fork(self, { stdio: ['ignore', 2, 2, 'ipc'] });
  const stop = undone(() => end(child));
  const answer = await new Promise((resolve) => {
    child.once('message', resolve);
    child.once('exit', () => resolve({ problem: 'its process has ended' }));
    child.send({ module, options });
  });
  await stop();
  if (answer.problem === undefined) return answer.results;
  throw new Error(`bench/${module}.mjs gave no result: ${answer.problem}`);
}

if (process.argv[1] === self) {
  // Whoever asked is gone.
  process.once('disconnect', () => undoAll().then(() => process.exit(1)));
  process.once('message', async ({ module, options }) => {
    let answer;
    try {
      const { measure } = await import(`../${module}.mjs`);
      answer = { results: await measure(options) };
    } catch (error) {
      answer = { problem: error.message };
    }
    await undoAll();
    process.send(answer);
  });
}
