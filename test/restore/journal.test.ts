import { restore } from '../../src/backup/restore/restore';
import { Role } from '../../src/entities/enums';
import { AccountService } from '../../src/services/account-service';
import { backupLedger } from '../../src/services/backup-ledger';
import { byCommand } from '../../src/services/changes';
import { UserService } from '../../src/services/user-service';
import { startChild } from './child';
import { openBench, type Bench } from './support';

interface Row {
  number: number;
  kind: string;
  actorId: number | null;
  actorName: string;
  subject: string;
  subjectId: string;
  details: string;
}

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  await bench.operate(2);
  await bench.backUp();
  await bench.operate(1);
});
afterEach(() => bench.close());

/** Where a timeline ends. */
async function end(): Promise<{ lastOperation: number; lastChange: number; head: string | undefined }> {
  const { number, hash } = await backupLedger.newestChange(bench.query);
  return { lastOperation: await bench.newest(), lastChange: number, head: hash };
}

async function rows(): Promise<Row[]> {
  const all = await bench.query("SELECT * FROM changes WHERE kind = 'db:restore' ORDER BY number");
  return all as unknown as Row[];
}

test.each([
  ['the newest backup', { kind: 'latest' as const }, 2],
  ['a state that no file holds', { kind: 'operation' as const, number: 3 }, 3],
  ['the moment before an operation', { kind: 'before' as const, number: 3 }, 2],
])('the first link after a restore of %s says where it left the old timeline', async (_what, source, operation) => {
  await bench.operate(1);
  const left = await end();
  await bench.restore(source);
  const [row, ...more] = await rows();
  expect(more).toEqual([]);
  expect(row).toMatchObject({ kind: 'db:restore', actorId: null, subject: 'pool', subjectId: '1' });
  expect(row?.actorName).toMatch(/ at the command line$/);
  const { before, after } = JSON.parse(row?.details ?? '') as Record<string, object>;
  expect(before).toEqual(left);
  const [restored] = await bench.query('SELECT hash FROM changes WHERE number = ?', [Number(row?.number) - 1]);
  expect(after).toEqual({
    lastOperation: operation,
    lastChange: Number(row?.number) - 1,
    head: restored?.hash,
  });
  expect(await end()).toMatchObject({ lastOperation: operation, lastChange: row?.number });
  // The chain goes on from it, and the backup that a restore makes holds it.
  await bench.operate(1);
  expect(await bench.check()).toEqual([]);
  expect((await bench.backups())[0]?.lastChange).toMatchObject({ number: row?.number });
});

test('a restore of a file after another one is the next link, and one beside the live database writes none', async () => {
  const [file] = await bench.backups();
  const source = { kind: 'file' as const, file: file?.path ?? '' };
  const into = `${bench.name}_beside`;
  await bench.restore(source, { into });
  expect(await bench.query("SELECT number FROM ??.changes WHERE kind = 'db:restore'", [into])).toEqual([]);
  expect(await rows()).toEqual([]);
  await bench.restore(source);
  const left = await end();
  await bench.restore({ kind: 'latest' });
  const [, second] = await rows();
  expect(JSON.parse(second?.details ?? '')).toMatchObject({ before: left });
  expect(await bench.check()).toEqual([]);
});

test('killed right before the swap nothing is written, and right after it the row is there', async () => {
  const { settings, dependencies } = bench;
  const { address, unlogged } = dependencies;
  const left = await end();
  for (const [standAt, written] of [
    ['checked', 0],
    ['swapped', 1],
  ] as const) {
    const given = { dependencies: { settings, address, unlogged }, source: { kind: 'latest' as const } };
    const child = startChild({ ...given, safetyBackup: true, standAt });
    await child.reached(standAt);
    await child.end('SIGKILL');
    expect(await rows()).toHaveLength(written);
  }
  expect(JSON.parse((await rows())[0]?.details ?? '')).toMatchObject({ before: left });
  expect(await bench.check()).toEqual([]);
});

test('accounts that are kept disabled, and passwords that stay those of now, fit the chain and are told', async () => {
  const { dataSource, actor } = bench.ledger;
  const users = new UserService(dataSource);
  const accounts = new AccountService(dataSource);
  const make = async (name: string): Promise<number> => {
    const account = { name, email: `${name}@example.com`, password: 'a first password', role: Role.INVESTOR };
    return (await users.create(byCommand('user:create'), account)).id;
  };
  const [changed, disabled] = [await make('changed'), await make('disabled')];
  const { path: file } = await bench.backUp();
  await accounts.setPassword(byCommand('user:password'), String(changed), 'a second password');
  await accounts.disable(Object.assign(actor, { role: Role.ADMIN }), String(disabled));
  await bench.restore({ kind: 'file', file });
  expect(await bench.check()).toEqual([]);
  const told = (await rows()).map(({ subject, subjectId, details }) => [`${subject} ${subjectId}`, details]);
  expect(told.slice(1)).toEqual([
    [`user ${disabled}`, expect.stringMatching(/^{"before":{"disabledAt":null},"after":{"disabledAt":"20/)],
    [`user ${changed}`, '{"after":{"kept":"sign-in of before the restore"}}'],
  ]);
  expect(JSON.stringify(await rows())).not.toMatch(/argon|scrypt|second password/);
});

test('a journal that takes no row is told of, and stops no restore', async () => {
  await bench.query('DELETE FROM change_counter');
  const { path: file } = await bench.backUp();
  const request = { source: { kind: 'file' as const, file }, into: null, safetyBackup: true };
  const outcome = await restore(bench.dependencies, { ...request, acceptUnsound: () => Promise.resolve(true) }, () =>
    Promise.resolve(true),
  );
  expect(outcome?.warnings.join(' ')).toContain(
    'The journal of changes does not tell of this restore: the table "change_counter" of what was restored has no row.',
  );
  expect(await rows()).toEqual([]);
});
