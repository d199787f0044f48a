import { copyFileSync, mkdirSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import type { Backup } from '../../src/backup/files/catalogue';
import { backupLedger } from '../../src/services/backup-ledger';
import { restoreWithStockClient } from '../backup/stock-client';
import { flipBit } from './files';
import { openBench, rejection, type Bench } from './support';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

/** Operations one after the other, each with its backup. */
async function book(count: number): Promise<Backup[]> {
  const made: Backup[] = [];
  for (let i = 0; i < count; i++) {
    await bench.operate();
    made.push(await bench.backUp());
  }
  return made;
}

/** Operations 1 to 4, of which 3 and 4 are undone and booked anew. @returns the files of these, undone and new */
async function bookTwice(): Promise<{ undone: Backup[]; anew: Backup[] }> {
  const undone = (await book(4)).slice(2);
  await bench.restore({ kind: 'operation', number: 2 });
  return { undone, anew: await book(2) };
}

/** A machine with nothing but copies of the files. */
async function withFreshMachine(work: (fresh: Bench) => Promise<void>): Promise<void> {
  const fresh = await openBench();
  try {
    mkdirSync(fresh.settings.directory, { recursive: true });
    for (const { path: file, filename } of await bench.backups()) {
      copyFileSync(file, path.join(fresh.settings.directory, filename));
    }
    await fresh.query('DROP DATABASE ??', [fresh.name]);
    await fresh.query('CREATE DATABASE ??', [fresh.name]);
    await fresh.query('USE ??', [fresh.name]);
    await work(fresh);
  } finally {
    await fresh.close();
  }
}

const newestUid = async ({ query }: Bench): Promise<string | null> => (await backupLedger.newestOperation(query)).uid;

describe('where the journal is gone, an operation is that of the newest history', () => {
  test('which the newest backup tells, and the plan names the other', async () => {
    const { undone, anew } = await bookTwice();
    await bench.operate();
    const beyond = await newestUid(bench);
    await bench.query('DROP TABLE operations');
    for (const [i, number] of [3, 4].entries()) {
      const { backup, notes } = await bench.plan({ kind: 'operation', number });
      expect(backup.filename).toBe(anew[i]?.filename);
      expect(notes).toEqual([
        `Another operation ${number} was undone before: ${undone[i]?.path ?? ''} ends with it, and is restored by its name.`,
      ]);
    }
    expect((await bench.plan({ kind: 'before', number: 4 })).replay?.last.uid).toBe(anew[0]?.lastOperation.uid);
    // In no backup, but in the binary log.
    await bench.restore({ kind: 'operation', number: 5 });
    expect(await newestUid(bench)).toBe(beyond);
  });

  test('also where the newest backups are damaged, and the log alone leads there', async () => {
    const { anew } = await bookTwice();
    for (const { path: file } of anew) flipBit(file);
    await bench.query('DROP TABLE operations');
    await bench.restore({ kind: 'operation', number: 4 });
    expect(await newestUid(bench)).toBe(anew[1]?.lastOperation.uid);
  });

  test('also on a fresh machine, with copied files', async () => {
    const { anew } = await bookTwice();
    await withFreshMachine(async (fresh) => {
      for (const [i, number] of [3, 4].entries()) {
        expect((await fresh.plan({ kind: 'operation', number })).backup.filename).toBe(anew[i]?.filename);
      }
    });
  });

  test('what was undone does not come back, unless by its name', async () => {
    const [, , , undone] = await book(4);
    await bench.restore({ kind: 'operation', number: 2 });
    const refused = new RegExp(
      `cannot be had: .* Another operation 4 was undone before: .*${undone?.filename ?? ''} ends`,
    );
    await withFreshMachine(async (fresh) => {
      expect(await rejection(fresh.plan({ kind: 'operation', number: 4 }))).toMatch(refused);
      expect((await fresh.plan({ kind: 'latest' })).lastOperation).toBe(2);
    });
    // Here the binary log leads to it, from the backup that the restore did not make.
    await bench.query('DROP TABLE operations');
    expect(await rejection(bench.plan({ kind: 'operation', number: 4 }))).toMatch(refused);
  });
});

describe('the latest backup is the one with the most of its history', () => {
  test('where the rows of the journal were deleted, and a backup is from before them all', async () => {
    await bench.backUp();
    const made = await book(2);
    await bench.operate();
    const last = await newestUid(bench);
    await bench.query('DELETE FROM operations');
    // Unsound, and published all the same where backups are only checked for completeness.
    const torn = await bench.backUp();
    const { backup, notes, back } = await bench.plan({ kind: 'latest' });
    expect(backup.filename).toBe(made[1]?.filename);
    expect(back.map(({ number }) => number)).toEqual([1, 2]);
    expect(notes).toEqual([`${torn.path} is newer, but not all operations are in its journal.`]);
    await bench.restore({ kind: 'operation', number: 3 });
    expect(await newestUid(bench)).toBe(last);
  });

  test('and no safety backup of a journal that was lost', async () => {
    const [made] = await book(1);
    await bench.query('DROP TABLE operations');
    const { outcome } = await bench.restore({ kind: 'latest' });
    expect(outcome.safety[0]?.lastOperation.number).toBe(0);
    unlinkSync(made?.path ?? '');
    unlinkSync(outcome.backup?.path ?? '');
    expect(await rejection(bench.plan({ kind: 'latest' }))).toMatch(/ belongs to today's history: name the file/);
  });

  test('also where the stock client brought an undone history back', async () => {
    const { undone, anew } = await bookTwice();
    const [, again] = undone;
    await restoreWithStockClient(bench.dependencies.address, bench.name, again?.path ?? '');
    const { backup, notes } = await bench.plan({ kind: 'latest' });
    expect(backup.filename).toBe(again?.filename);
    expect(notes).toEqual([`${anew[1]?.path ?? ''} is newer: it holds operations up to 4 of another history.`]);
  });

  test('and never an empty one in the place of what may have been lost', async () => {
    const empty = await bench.backUp();
    const [made] = await book(1);
    await restoreWithStockClient(bench.dependencies.address, bench.name, empty.path);
    expect(await rejection(bench.plan({ kind: 'latest' }))).toBe(
      `The live database holds no operation, but the newest backup, ${made?.path ?? ''}, holds operations up to 1: ` +
        `name the file to restore, that one or ${empty.path}.`,
    );
  });
});
