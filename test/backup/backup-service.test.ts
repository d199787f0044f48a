import { rmSync } from 'node:fs';
import { BackupService } from '../../src/backup/status/backup-service';
import { Reporter } from '../../src/backup/status/peer-inventory';
import { runBackup } from '../../src/backup/run/run-backup';
import { placeBackup } from './backup-files';
import { openBench, operate, temporaryFolder, type Bench } from './support';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

test('the newest backup comes first though the clock was put back meanwhile, here and among those elsewhere', async () => {
  const { settings, ledger } = bench.dependencies;
  const { query, address } = bench.database;
  const asked = { trigger: 'OPERATION', force: false } as const;
  for (const now of [() => new Date(Date.now() + 86_400_000), () => new Date()]) {
    await operate(bench.database);
    await runBackup({ ...bench.dependencies, now }, asked);
  }
  const elsewhere = temporaryFolder();
  try {
    placeBackup(elsewhere, new Date(Date.now() - 86_400_000));
    await new Reporter(query, elsewhere, elsewhere).tell();
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
  const service = new BackupService({
    settings,
    ledger,
    query,
    database: address.database,
    scheduler: { problem: null, failuresInARow: 0, running: false, request: () => undefined },
    checker: { of: () => null, begin: () => undefined },
    copier: null,
    prover: { problem: null, failuresInARow: 0, running: false },
  });
  const own = await service.list();
  expect(own.map(({ lastOperation }) => lastOperation)).toEqual([2, 1]);
  const all = await service.listEverywhere();
  expect(all.slice(0, 2)).toEqual(own);
  expect(all).toHaveLength(3);
});
