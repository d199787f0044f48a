import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { restoreWithStockClient } from '../backup/stock-client';
import { refusalOf } from '../support/client';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { http } from '../support/http';
import { startTestServer, type TestServer } from '../support/server';
import { allBackedUp, changesNothing } from '../support/traces';
import { waitFor } from '../support/wait';

interface Backup {
  filename: string;
  createdAt: string;
  sizeBytes: number;
  sha256: string;
  trigger: string;
  lastOperation: number;
  current: boolean;
  proof: string;
  proofProblem: string | null;
  verifiedAt: string | null;
  durationMs: number;
}

interface Status {
  healthy: boolean;
  problem: string | null;
  running: boolean;
  lastOperation: number;
  coveredThrough: number;
  provenThrough: number;
  pendingOperations: number;
  count: number;
  totalBytes: number;
  keep: number;
  latest: Backup | null;
}

const BACKUP =
  '{ filename createdAt sizeBytes sha256 trigger lastOperation current proof proofProblem verifiedAt durationMs }';
const STATUS = `{
  healthy problem running lastOperation coveredThrough provenThrough pendingOperations count totalBytes keep latest ${BACKUP}
}`;
const KEEP = 2;
const text = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

describe('backups, as the API tells of them', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await startTestServer({ BACKUP_KEEP: String(KEEP), BACKUP_REACH: '0' });
  });
  afterEach(() => server.close());

  const administer = <T>(document: string): Promise<T> => server.admin.administer<T>(document);
  const status = async (): Promise<Status> =>
    (await administer<{ backupStatus: Status }>(`{ backupStatus ${STATUS} }`)).backupStatus;
  const backups = async (argument = ''): Promise<Backup[]> =>
    (await administer<{ backups: Backup[] }>(`{ backups${argument} ${BACKUP} }`)).backups;
  const latestBackup = async (): Promise<Backup | null> =>
    (await administer<{ latestBackup: Backup | null }>(`{ latestBackup ${BACKUP} }`)).latestBackup;
  const backupOf = (operation: number): Promise<Backup> =>
    waitFor(`a backup of operation ${operation}`, async () => {
      const latest = await latestBackup();
      return latest !== null && latest.lastOperation >= operation && latest;
    });

  test('a new pool has one before it answers, which covers nothing yet, and all is well', async () => {
    const [initial, ...more] = await backups();
    expect(more).toEqual([]);
    expect(initial).toMatchObject({ trigger: 'INITIAL', lastOperation: 0, current: true });
    await allBackedUp(server);
    expect(await status()).toEqual({
      healthy: true,
      problem: null,
      running: false,
      lastOperation: 0,
      coveredThrough: 0,
      provenThrough: 0,
      pendingOperations: 0,
      count: 1,
      totalBytes: initial?.sizeBytes,
      keep: KEEP,
      latest: (await backups())[0],
    });
    expect(await administer('{ operations { number } }')).toEqual({ operations: [] });
  });

  test('a purchase is followed by a backup that restores with the stock client and holds it', async () => {
    const started = Date.now();
    const vehicle = await server.admin.buy('1234.56', { title: 'In the backup', vin: 'BACKUP00000000001' });
    await allBackedUp(server);
    const backup = await backupOf(1);
    expect(backup).toEqual({
      filename: text(/^db_backup-\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.sql$/),
      createdAt: text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      sizeBytes: statSync(path.join(server.backups, backup.filename)).size,
      sha256: text(/^[0-9a-f]{64}$/),
      trigger: 'OPERATION',
      lastOperation: 1,
      current: true,
      proof: 'PROVEN',
      proofProblem: null,
      verifiedAt: text(/^\d{4}-/),
      durationMs: expect.any(Number) as number,
    });
    expect(Date.parse(backup.createdAt)).toBeGreaterThanOrEqual(started - 1000);

    const restored: TestDatabase = await createTestDatabase();
    try {
      const { database, ...place } = restored.address;
      await restoreWithStockClient({ ...place, database }, database, path.join(server.backups, backup.filename));
      expect(await restored.query('SELECT id, title, vin, cost, status FROM vehicles')).toEqual([
        { id: Number(vehicle), title: 'In the backup', vin: 'BACKUP00000000001', cost: '123456', status: 'FOR_SALE' },
      ]);
      const operations = 'SELECT number, uid, kind, vehicleId FROM operations';
      expect(await restored.query(operations)).toEqual(await server.database.query(operations));
      const accounts = 'SELECT * FROM users ORDER BY id';
      expect(await restored.query(accounts)).toEqual(await server.database.query(accounts));
    } finally {
      await restored.drop();
    }
  });

  test('an operation that fails halfway and is rolled back leaves no row, no number and no backup', async () => {
    const { admin, database } = server;
    const { id } = await admin.createUser('INVESTOR');
    await admin.deposit(id, '100.00');
    const vehicle = await admin.buy('100.00');
    await allBackedUp(server);
    // The journal comes last, when everything else of the sale is booked.
    await database.query(
      `CREATE TRIGGER no_more BEFORE INSERT ON operations FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the journal is shut'`,
    );
    await changesNothing(server, async () => {
      expect(await refusalOf(admin.sell(vehicle, '500.00'))).toEqual({
        code: 'INTERNAL_SERVER_ERROR',
        message: text(/^Something went wrong on the server/),
      });
    });
    expect(await admin.holding(id)).toBe('100.00 at 100.0000');
    await database.query('DROP TRIGGER no_more');
    await admin.sell(vehicle, '500.00');
    const { operations } = await administer<{ operations: { number: number }[] }>(
      '{ operations(first: 1) { number } }',
    );
    expect(operations).toEqual([{ number: 3 }]);
  });

  test('asking for a payment, rejecting one and making accounts ask for none', async () => {
    const { admin } = server;
    const { id } = await admin.createUser('INVESTOR');
    await admin.rejectPayment(await admin.requestPayment('DEPOSIT', '1.00', id));
    expect(await status()).toMatchObject({ running: false, lastOperation: 0, count: 1 });
  });

  test('the status and the list agree with each other and with the folder, and rotation keeps the newest', async () => {
    const { admin } = server;
    for (let operation = 1; operation <= KEEP + 1; operation++) {
      await admin.buy('1.00');
      const now = await status();
      expect(now.lastOperation).toBe(operation);
      expect(now.pendingOperations).toBe(operation - now.coveredThrough);
      await allBackedUp(server);
    }
    const list = await backups();
    expect(list.map(({ lastOperation }) => lastOperation)).toEqual([3, 2]);
    expect(list.map(({ filename }) => filename)).toEqual(readdirSync(server.backups).sort().reverse());
    expect(await backups('(first: 1)')).toEqual(list.slice(0, 1));
    expect(await backups('(first: null)')).toEqual(list);
    expect(await latestBackup()).toEqual(list[0]);
    expect(await status()).toEqual({
      healthy: true,
      problem: null,
      running: false,
      lastOperation: 3,
      coveredThrough: 3,
      provenThrough: 3,
      pendingOperations: 0,
      count: KEEP,
      totalBytes: list.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      keep: KEEP,
      latest: list[0],
    });
  });

  test('a ledger that breaks a rule is stored all the same, said to be unsound, and can be acknowledged', async () => {
    const { admin, database } = server;
    await admin.buy('1.00');
    await allBackedUp(server);
    const [good] = await backups();
    expect(good).toMatchObject({ proof: 'PROVEN' });
    await database.query('UPDATE users SET balance = balance + 1 ORDER BY id LIMIT 1');
    for (let operation = 2; operation <= 4; operation++) {
      await admin.buy('1.00');
      await allBackedUp(server);
      expect(await status()).toMatchObject({
        healthy: false,
        coveredThrough: operation,
        provenThrough: 1,
        pendingOperations: 0,
        problem: text(/^The backup db_backup-\S+ restores, but the ledger breaks a rule: .* \(npm run ledger:check/),
      });
      expect((await latestBackup())?.lastOperation).toBe(operation);
    }
    // Nothing good is pruned for it, however few are kept.
    const proofs = (await backups()).map(({ proof }) => proof);
    expect(proofs).toEqual(['UNSOUND', 'UNSOUND', 'PROVEN']);
    expect((await backups()).at(-1)?.filename).toBe(good?.filename);
    const metrics = (await http(`${server.url}/metrics`)).text;
    for (const figure of ['operations_stored 4', 'operations_proven 1', 'operations_pending_proof 0']) {
      expect(metrics).toContain(`\nmotorpool_${figure}\n`);
    }

    const read = async () =>
      (
        await administer<{
          backupStatus: { findings: { id: string; finding: string }[]; acknowledgedFindings: { reason: string }[] };
        }>('{ backupStatus { findings { id finding } acknowledgedFindings { id finding reason actor at } } }')
      ).backupStatus;
    const { findings } = await read();
    expect(findings.length).toBeGreaterThan(0);
    const acknowledge = (id: string, reason: string): Promise<unknown> =>
      administer(
        `mutation { acknowledgeFinding(id: ${JSON.stringify(id)}, reason: ${JSON.stringify(reason)}) { healthy problem } }`,
      );
    expect(await refusalOf(acknowledge('00000000', 'meant'))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusalOf(acknowledge(findings[0]?.id ?? '', ' '))).toMatchObject({ code: 'BAD_USER_INPUT' });
    for (const { id } of findings) await acknowledge(id, 'A court said so.');
    const after = await read();
    expect(after.findings).toEqual([]);
    expect(after.acknowledgedFindings).toEqual(
      findings.map((finding) => ({
        ...finding,
        reason: 'A court said so.',
        actor: 'admin@example.com',
        at: text(/Z$/),
      })),
    );
    expect(await status()).toMatchObject({ healthy: true, problem: null, provenThrough: 1 });
    // The same rule, broken at a greater id, is news.
    await database.query('UPDATE users SET balance = balance + 1 ORDER BY id DESC LIMIT 1');
    await admin.buy('1.00');
    await allBackedUp(server);
    expect(await status()).toMatchObject({ healthy: false, problem: text(/^The backup \S+ restores, but the ledger/) });
    expect((await read()).acknowledgedFindings).toHaveLength(findings.length);
  });

  test('createBackup answers at once, and a backup follows although none was missing', async () => {
    await server.admin.buy('1.00');
    await allBackedUp(server);
    const asked = await administer<{ createBackup: Status }>(`mutation { createBackup ${STATUS} }`);
    expect(asked.createBackup).toMatchObject({ running: true, count: 2, pendingOperations: 0 });
    const manual = await waitFor('the backup asked for', async () => {
      const latest = await latestBackup();
      return latest?.trigger === 'MANUAL' && latest;
    });
    expect(manual).toMatchObject({ lastOperation: 1, current: true });
  });

  test('the log, oldest first, by its last lines', async () => {
    await server.admin.buy('1.00');
    await allBackedUp(server);
    const read = async (argument: string): Promise<{ at: string; level: string; message: string }[]> =>
      (
        await administer<{ backupLog: { at: string; level: string; message: string }[] }>(
          `{ backupLog${argument} { at level message } }`,
        )
      ).backupLog;
    const all = await read('(lines: 1000)');
    expect(all.length).toBeGreaterThan(2);
    expect(all.map(({ at }) => at)).toEqual(all.map(({ at }) => at).toSorted());
    expect(all).toContainEqual({ at: text(/Z$/), level: 'INFO', message: text(/db_backup-/) });
    expect(await read('(lines: 2)')).toEqual(all.slice(-2));
    expect(await read('')).toEqual(all.slice(-20));
  });

  test('a folder that cannot be listed is told as the problem, hides no figure and keeps no server from starting', async () => {
    await server.admin.buy('1.00');
    await allBackedUp(server);
    const aside = `${server.backups}-aside`;
    renameSync(server.backups, aside);
    writeFileSync(server.backups, '');
    // A backup that is tried meanwhile says it in its own words.
    const problem = text(/^The .*app\/backups cannot be (listed|made or used): .*\.$/);
    const unlisted = { healthy: false, problem, lastOperation: 1, pendingOperations: 1, count: 0, latest: null };
    expect(await status()).toMatchObject(unlisted);
    for (const field of ['backups { filename }', 'latestBackup { filename }']) {
      expect(await refusalOf(administer(`{ ${field} }`))).toEqual({
        code: 'SERVICE_UNAVAILABLE',
        message: text(/^The backups in .*app\/backups cannot be listed: .*\.$/),
      });
    }
    const metrics = (await http(`${server.url}/metrics`)).text;
    for (const figure of ['database_up 1', 'backup_healthy 0', 'operations_pending_backup 1', 'backups 0']) {
      expect(metrics).toContain(`\nmotorpool_${figure}\n`);
    }
    const again = await startTestServer({ DATABASE_URL: server.database.url, STORAGE_DIR: server.storageDir });
    try {
      const { backupStatus } = await again.admin.administer<{ backupStatus: Status }>(`{ backupStatus ${STATUS} }`);
      expect(backupStatus).toMatchObject(unlisted);
      rmSync(server.backups);
      renameSync(aside, server.backups);
    } finally {
      await again.close();
    }
    await waitFor('all to be well again', async () => (await status()).healthy);
    expect(await status()).toMatchObject({ problem: null, pendingOperations: 0, count: 2 });
  });

  test('numbers of rows and lines out of bounds are refused', async () => {
    const outOfBounds = [0, -1, 1001, 2_147_483_647];
    for (const field of [
      ...outOfBounds.map((n) => `backups(first: ${n}) { filename }`),
      ...outOfBounds.map((n) => `operations(first: ${n}) { number }`),
      ...outOfBounds.map((n) => `backupLog(lines: ${n}) { at }`),
      'operations(before: 0) { number }',
      'operations(before: -1) { number }',
    ]) {
      expect([field, await refusalOf(administer(`{ ${field} }`))]).toEqual([
        field,
        {
          code: 'BAD_USER_INPUT',
          message: text(
            /^((first|lines) must be a whole number from 1 to 1000, not|before must be an operation number|The query may cost)/,
          ),
        },
      ]);
    }
  });
});
