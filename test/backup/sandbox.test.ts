import { existsSync } from 'node:fs';
import path from 'node:path';
import { listBackups } from '../../src/backup/files/catalogue';
import { inspectFile } from '../../src/backup/files/checksum';
import { verifyFile } from '../../src/backup/prove/verify-file';
import { runBackup } from '../../src/backup/run/run-backup';
import { appendToFile } from './proof-bench';
import { openBench, operate, testLedger, type Bench } from './support';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench({ verify: 'checksum' });
});
afterEach(() => bench.close());

test('a command for the client in a file whose account of itself is true is refused, and does not run', async () => {
  const { settings, address } = bench.dependencies;
  await operate(bench.database);
  await runBackup(bench.dependencies, { trigger: 'OPERATION', force: false });
  const [backup] = await listBackups(settings.directory);
  if (backup === undefined) throw new Error('there is no backup');
  const verify = async () => (await verifyFile({ settings, address, ledger: testLedger }, backup.path)).proof;
  expect((await verify()).state).toBe('PROVEN');

  const proof = path.join(settings.directory, '..', 'it-ran');
  appendToFile(backup, `\\! touch ${proof}`);
  // It is what it says, to the byte.
  await inspectFile(backup.path);

  const { state, problem } = await verify();
  expect(existsSync(proof)).toBe(false);
  expect(state).toBe('DAMAGED');
  expect(problem).toMatch(
    /^The file does not restore: it holds a command for the client program at line \d+, and no dump holds one\. The command was not run\.$/,
  );
});
