import { lockName } from '../../src/backup/server/backup-lock';
import { startTestServer, type TestServer } from '../support/server';
import { allBackedUp } from '../support/traces';

const text = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

describe('the journal of operations', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await startTestServer({ BACKUP_KEEP: '100', BACKUP_VERIFY: 'checksum' });
  });
  afterEach(() => server.close());

  interface Backup {
    filename: string;
    lastOperation: number;
  }
  const administer = <T>(document: string): Promise<T> => server.admin.administer<T>(document);
  const backups = async (): Promise<Backup[]> =>
    (await administer<{ backups: Backup[] }>('{ backups { filename lastOperation } }')).backups;

  test('operations, newest first: who did what, to what, and the oldest backup that holds it', async () => {
    const { admin } = server;
    const operator = await admin.createUser('OPERATOR');
    const { id: investor } = await admin.createUser('INVESTOR');
    const vehicle = await operator.buy('100.00');
    await allBackedUp(server);
    const [first] = await backups();
    await operator.sell(vehicle, '150.00');
    await admin.unsell(vehicle);
    const payment = await operator.requestPayment('DEPOSIT', '5.00', investor);
    await admin.confirmPayment(payment);
    const mistaken = await operator.buy('1.00');
    await admin.unbuy(mistaken);
    await allBackedUp(server);

    const document = (page: string): string =>
      `{ operations${page} { number kind actor { id } vehicle { id } payment { id } at backup { filename lastOperation } } }`;
    const read = async (page: string): Promise<Record<string, unknown>[]> =>
      (await administer<{ operations: Record<string, unknown>[] }>(document(page))).operations;
    const all = await read('');
    const by = ({ id }: { id: string }): object => ({ id });
    const at = text(/Z$/);
    const backup = { filename: text(/^db_backup/), lastOperation: expect.any(Number) as number };
    expect(all).toEqual([
      { number: 6, kind: 'UNBUY_VEHICLE', actor: by(admin), vehicle: { id: mistaken }, payment: null, at, backup },
      { number: 5, kind: 'BUY_VEHICLE', actor: by(operator), vehicle: { id: mistaken }, payment: null, at, backup },
      { number: 4, kind: 'CONFIRM_PAYMENT', actor: by(admin), vehicle: null, payment: { id: payment }, at, backup },
      { number: 3, kind: 'UNSELL_VEHICLE', actor: by(admin), vehicle: { id: vehicle }, payment: null, at, backup },
      { number: 2, kind: 'SELL_VEHICLE', actor: by(operator), vehicle: { id: vehicle }, payment: null, at, backup },
      { number: 1, kind: 'BUY_VEHICLE', actor: by(operator), vehicle: { id: vehicle }, payment: null, at, backup },
    ]);
    expect(all[5]?.backup).toEqual({ filename: first?.filename, lastOperation: 1 });
    const oldest = (await backups()).findLast(({ lastOperation }) => lastOperation >= 2);
    expect(all[4]?.backup).toEqual({ filename: oldest?.filename, lastOperation: oldest?.lastOperation });
    expect(await read('(first: 2)')).toEqual(all.slice(0, 2));
    expect(await read('(first: 2, before: 3)')).toEqual(all.slice(4));
    expect(await read('(before: 1)')).toEqual([]);
  });

  test('an operation whose backup is still missing has none', async () => {
    const { query, address } = server.database;
    // An operation that came from elsewhere: the server looks for such every two seconds, and its backup has to wait.
    await query('SELECT GET_LOCK(?, 60)', [lockName(address.database)]);
    await query(
      `INSERT INTO vehicles (title, cost, status, boughtAt, boughtById) VALUES ('x', 1, 'FOR_SALE', NOW(3), ?)`,
      [server.admin.id],
    );
    await query(
      `INSERT INTO operations (number, uid, kind, actorId, vehicleId, at) SELECT 1, UUID(), 'BUY_VEHICLE', ?, id, NOW(3) FROM vehicles`,
      [server.admin.id],
    );
    await query('UPDATE pool SET lastOperation = 1');
    expect(
      await administer(
        '{ operations { number backup { filename } } backupStatus { coveredThrough pendingOperations } }',
      ),
    ).toEqual({
      operations: [{ number: 1, backup: null }],
      backupStatus: { coveredThrough: 0, pendingOperations: 1 },
    });
    await query('SELECT RELEASE_LOCK(?)', [lockName(address.database)]);
    await server.admin.buy('1.00');
    await allBackedUp(server);
    const { operations } = await administer<{ operations: { backup: Backup }[] }>(
      '{ operations { backup { lastOperation } } }',
    );
    const [second, first] = operations.map(({ backup }) => backup.lastOperation);
    expect([
      [2, 1],
      [2, 2],
    ]).toContainEqual([second, first]);
  });
});
