import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mysql, { type Connection } from 'mysql2/promise';
import type { DatabaseAddress } from '../../src/database/connection/address';
import { connectionOptions } from '../../src/database/connection/connection-options';
import { PROMPT } from '../../src/database/connection/connection-pool';
import { EmbeddedDatabase } from '../../src/database/embedded/embedded';
import { Role } from '../../src/entities/enums';
import { Refusal } from '../../src/services/errors';
import { DatabaseProxy } from '../support/database-proxy';
import { createLedger, type LedgerUnderTest } from '../support/ledger';
import { waitFor } from '../support/wait';
import { atStatement, journal, OPERATIONS } from './operations-under-test';

const { OPERATOR, INVESTOR } = Role;
const RETRY_FOR_MS = 6_000;
const [buy, sell, , confirm] = OPERATIONS;

/** What takes longer than a moment, and what concerns a whole server: on one of this test's own. */
describe('an outage', () => {
  let storageDir: string;
  let embedded: EmbeddedDatabase;
  let server: DatabaseAddress;
  let proxy: DatabaseProxy;
  let ledger: LedgerUnderTest;
  let outside: Connection;

  beforeAll(async () => {
    storageDir = await mkdtemp(path.join(tmpdir(), 'motorpool-test-'));
    embedded = new EmbeddedDatabase(storageDir);
    server = await embedded.acquire();
  });
  afterAll(async () => {
    await embedded.release();
    await rm(storageDir, { recursive: true, force: true });
  });

  beforeEach(async () => {
    ledger = await createLedger({
      roles: [OPERATOR, INVESTOR, INVESTOR],
      server: `mysql://${server.user}@localhost/any?socketPath=${encodeURIComponent(server.socketPath ?? '')}`,
      limits: {
        ...PROMPT,
        answerMs: 2_500,
        lockWaitSeconds: 1,
        idleSeconds: 2,
        unusedMs: 300,
        freeConnectionMs: 2_000,
      },
      retryForMs: RETRY_FOR_MS,
      through: async (address) => {
        proxy = await DatabaseProxy.start(address);
        outside = await mysql.createConnection(connectionOptions(address));
        outside.on('error', () => undefined);
        // An account without the rights that read_only spares and max_user_connections does not count.
        await outside.query("CREATE OR REPLACE USER pool@localhost IDENTIFIED BY 'secret'");
        await outside.query(`GRANT ALL ON ${address.database}.* TO pool@localhost`);
        return proxy.through({ ...address, user: 'pool', password: 'secret' });
      },
    });
    await ledger.move(2, 50_000n);
  });
  afterEach(async () => {
    proxy.passAll();
    outside.destroy();
    await ledger.close();
    await proxy.close();
  });

  const refusalOf = async (request: Promise<unknown>): Promise<Refusal> => {
    const answer = await request.catch((error: unknown) => error);
    if (!(answer instanceof Refusal)) throw new Error(`expected a refusal, got ${String(answer)}`);
    return answer;
  };

  test('before COMMIT that does not end: SERVICE_UNAVAILABLE, and nothing happened', async () => {
    const id = await sell.prepare(ledger);
    const before = await journal(ledger);
    proxy.onStatement = atStatement(4, () => {
      proxy.goDown();
    });
    const began = Date.now();
    const refusal = await refusalOf(sell.run(ledger, id));
    expect(refusal.code).toBe('SERVICE_UNAVAILABLE');
    expect(Date.now() - began).toBeLessThan(RETRY_FOR_MS + 2_000);
    expect(await journal(ledger)).toEqual(before);
    expect(ledger.asked).toHaveLength(before.numbers.length);

    proxy.passAll();
    expect(await sell.run(ledger, id)).toBe(id);
    expect(await ledger.check()).toEqual([]);
  });

  test('at COMMIT that does not end: OUTCOME_UNKNOWN, with what to look for, and a backup is asked for', async () => {
    const id = await confirm.prepare(ledger);
    const before = await journal(ledger);
    proxy.onStatement = async (statement) => {
      if (statement.sql !== 'COMMIT') {
        statement.forward();
        return;
      }
      await statement.forwardAndKeepAnswer();
      proxy.goDown();
    };
    const refusal = await refusalOf(confirm.run(ledger, id));
    expect(refusal.code).toBe('OUTCOME_UNKNOWN');
    const [happened] = await ledger.query('SELECT number FROM operations WHERE uid = ?', [
      refusal.details.operationUid,
    ]);
    expect(happened?.number).toBe(before.numbers.length + 1);
    expect(ledger.asked.at(-1)).toBe(happened?.number);

    proxy.passAll();
    await expect(confirm.run(ledger, id)).rejects.toMatchObject({ code: 'PAYMENT_NOT_PENDING' });
  });

  test.each(OPERATIONS)('of a server that dies while it commits: $name happens once', async (operation) => {
    const id = await operation.prepare(ledger);
    const before = await journal(ledger);
    let restarted: Promise<unknown> | undefined;
    proxy.onStatement = (statement) => {
      statement.forward();
      if (statement.sql !== 'COMMIT' || restarted !== undefined) return;
      const pid = Number(readFileSync(path.join(storageDir, 'database', 'data', 'mariadbd.pid'), 'utf8'));
      process.kill(pid, 'SIGKILL');
      restarted = restart();
    };
    const answer = await operation.run(ledger, id);
    await restarted;
    await reconnect();
    const { numbers, newest } = await journal(ledger);
    expect(numbers).toEqual([...before.numbers, before.numbers.length + 1]);
    expect(answer).toBe(newest);
    expect(await ledger.check()).toEqual([]);
  });

  /** Starts the server again as the next process of ours that needs it would. */
  async function restart(): Promise<void> {
    const next = new EmbeddedDatabase(storageDir);
    server = await waitFor('the server to start again', () => next.acquire().catch(() => null));
    await embedded.release();
    embedded = next;
  }

  async function reconnect(): Promise<void> {
    outside = await mysql.createConnection(connectionOptions(ledger.database.address));
    ledger.query = async (sql, parameters = []) => {
      const [rows] = await outside.query(sql, [...parameters]);
      return rows as Record<string, unknown>[];
    };
    const { database } = ledger.database.address;
    ledger.database.drop = async () => {
      const last = await mysql.createConnection({ ...connectionOptions(ledger.database.address) });
      await last.query(`DROP DATABASE ${database}`);
      await last.end();
    };
  }

  test('of a primary that turned read-only passes unnoticed', async () => {
    const id = await sell.prepare(ledger);
    await outside.query('SET GLOBAL read_only = 1');
    const refused = proxy.passed(3, /LAST_INSERT_ID/);
    const answer = sell.run(ledger, id);
    await refused;
    await outside.query('SET GLOBAL read_only = 0');
    expect(await answer).toBe(id);
  });

  test('of free connections at the server passes unnoticed', async () => {
    await outside.query('ALTER USER pool@localhost WITH MAX_USER_CONNECTIONS 3');
    const before = await journal(ledger);
    await Promise.all(Array.from({ length: 20 }, () => buy.run(ledger, '')));
    expect((await journal(ledger)).numbers).toHaveLength(before.numbers.length + 20);
    expect(ledger.asked).toEqual((await journal(ledger)).numbers);
  });

  test('by a lock that stays: SERVICE_UNAVAILABLE; by one that goes: unnoticed', async () => {
    await outside.query('START TRANSACTION');
    await outside.query('SELECT * FROM pool FOR UPDATE');
    expect((await refusalOf(buy.run(ledger, ''))).code).toBe('SERVICE_UNAVAILABLE');
    const timedOut = proxy.passed(2, /LAST_INSERT_ID/);
    const answer = buy.run(ledger, '');
    await timedOut;
    await outside.query('ROLLBACK');
    expect(await answer).toBe((await journal(ledger)).newest);
  });

  test('by a deadlock passes unnoticed', async () => {
    const id = await confirm.prepare(ledger);
    await outside.query('START TRANSACTION');
    // The one with more changes survives.
    await outside.query('CREATE TABLE ballast (id INT PRIMARY KEY) SELECT seq AS id FROM seq_1_to_2000');
    await outside.query('START TRANSACTION');
    await outside.query('DELETE FROM ballast');
    await outside.query('SELECT * FROM users WHERE id = 3 FOR UPDATE');
    const waiting = proxy.passed(1, /^UPDATE payments p JOIN users/);
    const answer = confirm.run(ledger, id);
    await waiting;
    await outside.query('SELECT * FROM pool FOR UPDATE');
    const [status] = (await outside.query("SHOW STATUS LIKE 'Innodb_deadlocks'"))[0] as { Value: string }[];
    expect(Number(status?.Value)).toBeGreaterThan(0);
    await outside.query('ROLLBACK');
    expect(await answer).toBe(id);
    expect(await ledger.check()).toEqual([]);
  });

  test('by a global read lock that lets COMMIT alone wait and fail: settled by looking', async () => {
    const id = await confirm.prepare(ledger);
    const before = await journal(ledger);
    let commits = 0;
    proxy.onStatement = async (statement) => {
      if (statement.sql === 'COMMIT' && ++commits === 1) await outside.query('FLUSH TABLES WITH READ LOCK');
      statement.forward();
    };
    const answer = confirm.run(ledger, id);
    // Begun again: COMMIT has given up waiting.
    await waitFor('a second try', async () => {
      const [row] = await query(
        "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE state LIKE '%backup lock%'",
      );
      return commits === 1 && Number(row?.n) > 0;
    });
    await waitFor('COMMIT to give up', async () => {
      const [row] = await query("SELECT COUNT(*) AS n FROM information_schema.processlist WHERE info = 'COMMIT'");
      return Number(row?.n) === 0;
    });
    await outside.query('UNLOCK TABLES');
    expect(await answer).toBe(id);
    expect((await journal(ledger)).numbers).toEqual([...before.numbers, before.numbers.length + 1]);
    expect(await ledger.check()).toEqual([]);
  });

  test('of the network, with every connection silent: a clear error in bounded time, and then all is well', async () => {
    const before = await journal(ledger);
    proxy.onStatement = (statement) => {
      statement.partition();
    };
    const began = Date.now();
    const answers = await Promise.all(Array.from({ length: 30 }, () => refusalOf(buy.run(ledger, ''))));
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(['SERVICE_UNAVAILABLE']));
    // The last try begins before the time to retry is over, and lasts until its silence counts as a loss.
    expect(Date.now() - began).toBeLessThan(RETRY_FOR_MS + 2_500 + 2_000);
    proxy.passAll();
    await buy.run(ledger, '');
    expect((await journal(ledger)).numbers).toHaveLength(before.numbers.length + 1);
  });

  const query = (sql: string): Promise<Record<string, unknown>[]> => ledger.query(sql);
});
