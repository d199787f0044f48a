import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runBackup } from '../../src/backup/run-backup';
import { openBench, operate, operateInBulk, rejection, type Bench } from './support';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const asked = { trigger: 'OPERATION', force: false } as const;

test('a ledger that is not sound in the copy and in the live database alike is not the backup’s fault, and is no backup', async () => {
  await operate(bench.database);
  await bench.database.query('DELETE FROM payload');
  const { message } = await rejection(runBackup(bench.dependencies, asked));
  expect(message).toBe(
    'The live database is not sound, so no backup of it counts: operation 1 has not exactly one payload.',
  );
  expect(bench.files()).toEqual([]);
  expect(await bench.litter()).toEqual([]);
  expect(bench.logText()).toContain(`ERROR ${message}`);
});

test('a copy that is not sound where the live database is, is no backup', async () => {
  await operate(bench.database);
  // Repaired after the dump: the copy alone is broken.
  await bench.database.query('DELETE FROM payload');
  const onStep = async (step: string): Promise<void> => {
    if (step === 'dumped') await bench.database.query("INSERT INTO payload (operation, text) VALUES (1, 'x')");
  };
  const { message } = await rejection(runBackup({ ...bench.dependencies, onStep }, asked));
  expect(message).toBe('The restored copy is not sound: operation 1 has not exactly one payload.');
  expect(bench.files()).toEqual([]);
});

test('a dump without the operation that it was made for is no backup', async () => {
  await operate(bench.database);
  const onStep = async (step: string): Promise<void> => {
    if (step !== 'dumping') return;
    // Somebody restores an earlier state right now.
    await bench.database.query('DELETE FROM payload');
    await bench.database.query('DELETE FROM operations');
  };
  const { message } = await rejection(runBackup({ ...bench.dependencies, onStep }, asked));
  expect(message).toBe('The dump does not contain operation 1, which was committed before it began.');
  expect(bench.files()).toEqual([]);
});

test('a dump that was damaged on the disk is no backup', async () => {
  await operateInBulk(bench.database, 100);
  const { workDirectory } = bench.settings;
  const onStep = (step: string): void => {
    if (step !== 'dumped') return;
    const [name = ''] = readdirSync(workDirectory);
    const file = path.join(workDirectory, name);
    const content = readFileSync(file);
    const at = content.indexOf("'bulk'") + 1;
    content[at] = (content[at] ?? 0) ^ 1;
    writeFileSync(file, content);
    utimesSync(file, 0, 0);
  };
  const { message } = await rejection(runBackup({ ...bench.dependencies, onStep }, asked));
  expect(message).toMatch(/^The dump was damaged on the disk: reading .* back gave other bytes than were written\.$/);
  expect(bench.files()).toEqual([]);
  expect(await bench.litter()).toEqual([]);
});
