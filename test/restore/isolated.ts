import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { restoreWithStockClient } from '../backup/stock-client';
import { start, type Ended, type Running } from '../process/programs';
import { openBench, type Bench } from './support';

/** A pool whose commands run as a user runs them, as built programs in processes of their own. */
export interface Isolated {
  bench: Bench;
  start(command: string, args?: string[], settings?: Record<string, string>): Running;
  run(command: string, args?: string[], settings?: Record<string, string>): Promise<Ended>;
  /** Restores a file into the live database with nothing but the stock client. */
  stockRestore(file: string): Promise<void>;
  close(): Promise<void>;
}

export async function isolate(): Promise<Isolated> {
  const bench = await openBench({ verify: 'restore' });
  const folder = mkdtempSync(path.join(tmpdir(), 'restore-commands-'));
  const startIt: Isolated['start'] = (command, args = [], settings = {}) =>
    start(folder, `cli/${command}`, {
      args,
      settings: { DATABASE_URL: bench.ledger.database.url, STORAGE_DIR: bench.storageDir, ...settings },
    });
  return {
    bench,
    start: startIt,
    run: (...request) => startIt(...request).ended,
    stockRestore: (file) => restoreWithStockClient(bench.dependencies.address, bench.name, file),
    close: async () => {
      await bench.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The same with three operations more, and a backup of them. */
export async function isolateBackedUp(): Promise<Isolated> {
  const pool = await isolate();
  await pool.bench.operate(3);
  await pool.bench.backUp();
  return pool;
}
