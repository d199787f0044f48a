import { createTestDatabase } from '../support/database';
import { contentOf, openBench, rejection, type Bench } from './support';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
  await bench.operate(2);
});
afterEach(() => bench.close());

describe('an account without every right', () => {
  const RIGHTS = 'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, REFERENCES, DROP, SHOW VIEW, TRIGGER, EVENT';
  const account = (): string => `u_${bench.name}`.slice(0, 32);
  const VIEW = 'VIEW report AS SELECT id, name FROM users';

  beforeEach(async () => {
    const { query, name } = bench;
    await query(`CREATE USER ??@'%' IDENTIFIED BY 'secret'`, [account()]);
    await query(`GRANT ${RIGHTS} ON ??.* TO ??@'%'`, [name, account()]);
    await query(`GRANT ALL ON ??.* TO ??@'%'`, [`${name.replaceAll('_', '\\_')}\\_%`, account()]);
  });
  afterEach(() => bench.query(`DROP USER ??@'%'`, [account()]));

  const restoring = (onStep?: () => Promise<void>): Promise<string> => {
    const address = { ...bench.dependencies.address, user: account(), password: 'secret' };
    const change = { address, onStep: (step: string) => (step === 'checked' ? onStep?.() : undefined) };
    return rejection(bench.restore({ kind: 'latest' }, { change }));
  };

  test('is told before the swap that it may not make the views', async () => {
    const { query, name } = bench;
    await query(`CREATE DEFINER = ??@'%' ${VIEW}`, [account()]);
    const { path } = await bench.backUp();
    await bench.operate(1);
    const before = await contentOf(query, name);
    expect(await restoring()).toBe(
      `${path} holds the view report, and the database account ${account()} may not make views in ${name}: grant it ` +
        `CREATE VIEW ON \`${name}\`.* and try again.`,
    );
    expect(await contentOf(query, name)).toEqual(before);
    expect(await query('SELECT * FROM report')).not.toEqual([]);
    expect(await bench.backups()).toHaveLength(1);
    expect(await bench.litter()).toEqual([]);
  });

  test('that loses it in that moment gets the restored pool and its backup, and is told what is missing', async () => {
    const { query, name } = bench;
    await query(`CREATE DEFINER = ??@'%' ${VIEW}`, [account()]);
    const { path } = await bench.backUp();
    await bench.operate(1);
    await query(`GRANT CREATE VIEW ON ??.* TO ??@'%'`, [name, account()]);
    const message = await restoring(async () => {
      await query(`REVOKE CREATE VIEW ON ??.* FROM ??@'%'`, [name, account()]);
    });
    const [current, ...others] = await bench.backups();
    expect(message).toMatch(
      /^The database \S+ is restored, but: The views, triggers, routines and events could not all be made: .*CREATE VIEW command/,
    );
    const saved = others.reverse().flatMap((backup) => (backup.safety === true ? [backup.path] : []));
    expect(message).toContain(`; what was replaced is in ${saved.join(' and ')}, and the definitions are in ${path}.`);
    expect(await bench.newest()).toBe(2);
    expect(current?.lastOperation.number).toBe(2);
    expect(await bench.litter()).toEqual([]);
  });

  test("is told that something is another's, and what to do", async () => {
    const { query, name } = bench;
    await query(`CREATE ${VIEW}`);
    const { path } = await bench.backUp();
    await bench.operate(1);
    const before = await contentOf(query, name);
    const message = await restoring();
    expect(message).toContain(`${path} holds something that the database account ${account()}@% may not make (`);
    expect(message).toMatch(/ restore as an administrator of the server \(DATABASE_URL=\.\.\.\), or grant it SET/);
    expect(await contentOf(query, name)).toEqual(before);
    expect(await bench.litter()).toEqual([]);
  });

  test('leaves what a database refers to that it cannot see, says so, and restores again', async () => {
    const { name } = bench;
    await bench.backUp();
    const other = await createTestDatabase();
    const address = { ...bench.dependencies.address, user: account(), password: 'secret' };
    try {
      await other.query(`CREATE TABLE notes (userId INT UNSIGNED, FOREIGN KEY (userId) REFERENCES ${name}.users (id))`);
      const again = async (safetyBackup: boolean, warnings: unknown[]): Promise<void> => {
        await bench.operate(1);
        const { outcome } = await bench.restore({ kind: 'latest' }, { safetyBackup, change: { address } });
        expect(outcome).toMatchObject({ lastOperation: 2, backup: { lastOperation: { number: 2 } }, warnings });
        expect(outcome.safety).toHaveLength(safetyBackup ? 1 : 0);
      };
      const left: unknown = expect.stringMatching(
        /^The database \S+_discarded_\S+, which .* its tables \(.*\busers\b.*\), drop/,
      );
      await again(true, [left]);
      await again(true, []);
      expect(await bench.litter()).toHaveLength(1);
      await other.query('ALTER TABLE notes DROP FOREIGN KEY notes_ibfk_1');
      await other.query('ALTER TABLE notes ADD FOREIGN KEY notes_ibfk_1 (userId) REFERENCES ??.users (id)', [name]);
      await again(false, [left]);
      await other.query('DROP TABLE notes');
      await bench.operate(1);
      await bench.backUp();
      expect(await bench.litter()).toEqual([]);
    } finally {
      await other.drop();
    }
  });
});
