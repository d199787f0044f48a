import { readFileSync } from 'node:fs';
import { runBackup } from '../../src/backup/run-backup';
import { openBench, operate, type Bench } from './support';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

test('x', async () => {
  await operate(bench.database);
  const o = await runBackup(bench.dependencies, { trigger: 'OPERATION', force: false });
  console.log(o, readFileSync(bench.settings.logFile, 'utf8'), readFileSync(o.published[0]!.path, 'utf8'));
  const p = await runBackup(bench.dependencies, { trigger: 'OPERATION', force: false });
  const q = await runBackup(bench.dependencies, { trigger: 'OPERATION', force: true });
  console.log(p, q, readFileSync(bench.settings.logFile, 'utf8'));
});
