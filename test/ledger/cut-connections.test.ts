import { Role } from '../../src/entities/enums';
import { PROMPT } from '../../src/database/connection/connection-pool';
import { DatabaseProxy, type Statement } from '../support/database-proxy';
import { createLedger, type LedgerUnderTest } from '../support/ledger';
import { atStatement, journal, OPERATIONS, type OperationUnderTest } from './operations-under-test';

const { OPERATOR, INVESTOR } = Role;

/** How long this test lets a statement go without an answer. */
const ANSWER_MS = 250;

/** A connection that is lost at any statement of any operation: it happened once, and the caller is told so. */
describe('a lost connection', () => {
  let proxy: DatabaseProxy;
  let ledger: LedgerUnderTest;

  beforeAll(async () => {
    ledger = await createLedger({
      roles: [OPERATOR, INVESTOR, INVESTOR],
      // The driver looks once a second for unused connections: they must be gone before the server ends them.
      limits: { ...PROMPT, answerMs: ANSWER_MS, lockWaitSeconds: 2, idleSeconds: 2, unusedMs: 300 },
      through: async (address) => {
        proxy = await DatabaseProxy.start(address);
        return proxy.through(address);
      },
    });
    for (const member of [2, 3, 4]) await ledger.move(member, 10_000n);
  });
  afterAll(async () => {
    await ledger.close();
    await proxy.close();
  });

  /** The statements of that operation when nothing goes wrong. */
  const statementsOf = async (operation: OperationUnderTest): Promise<string[]> => {
    const id = await operation.prepare(ledger);
    const statements: string[] = [];
    proxy.onStatement = (statement) => {
      statements.push(statement.sql);
      statement.forward();
    };
    await operation.run(ledger, id);
    proxy.passAll();
    expect(statements.at(0)).toBe('START TRANSACTION');
    expect(statements.at(-1)).toBe('COMMIT');
    // Of the try that came through: what an earlier fault left behind may have been in the way of one before it.
    return statements.slice(statements.lastIndexOf('START TRANSACTION'));
  };

  const kill = async (what: 'CONNECTION' | 'QUERY', threadId: number): Promise<void> => {
    // The session may have ended by itself meanwhile.
    await ledger.query(`KILL ${what} ${threadId}`).catch(() => undefined);
  };

  const faults: [what: string, fault: (statement: Statement) => void | Promise<void>][] = [
    [
      'cut before',
      (statement) => {
        statement.cut();
      },
    ],
    [
      'cut while it runs',
      (statement) => {
        statement.forward();
        setImmediate(() => {
          statement.cut();
        });
      },
    ],
    [
      'cut before the answer',
      async (statement) => {
        await statement.forwardAndKeepAnswer();
        statement.cut();
      },
    ],
    [
      'killed by the server before',
      async (statement) => {
        await kill('CONNECTION', statement.threadId);
        statement.forward();
      },
    ],
    [
      'killed by the server while it runs',
      async (statement) => {
        statement.forward();
        await kill('CONNECTION', statement.threadId);
      },
    ],
    [
      'interrupted by KILL QUERY',
      async (statement) => {
        statement.forward();
        await kill('QUERY', statement.threadId);
      },
    ],
    [
      'silent, the statement lost',
      (statement) => {
        statement.partition();
      },
    ],
    [
      'silent, the answer lost',
      async (statement) => {
        await statement.forwardAndKeepAnswer();
        statement.partition();
      },
    ],
  ];

  test.each([
    ['asking for a payment', /^INSERT INTO `payments`/],
    ['rejecting one', /^COMMIT/],
  ])('%s is no different', async (what, place) => {
    for (const [, fault] of faults.slice(0, 6)) {
      const id = await ledger.requestMove(4, 5n);
      const [before] = await ledger.query('SELECT COUNT(*) AS n FROM payments');
      let struck = false;
      proxy.onStatement = (statement) => {
        if (struck || !place.test(statement.sql)) {
          statement.forward();
          return;
        }
        struck = true;
        return fault(statement);
      };
      if (what === 'rejecting one') {
        expect((await ledger.payments.reject(ledger.actor, { id, reason: 'no' })).status).toBe('REJECTED');
      } else {
        await ledger.requestMove(4, 5n);
      }
      proxy.passAll();
      expect(struck).toBe(true);
      const [after] = await ledger.query('SELECT COUNT(*) AS n FROM payments');
      expect(Number(after?.n) - Number(before?.n)).toBe(what === 'rejecting one' ? 0 : 1);
    }
  });

  describe.each(OPERATIONS)('$name', (operation) => {
    test.each(faults)('%s each statement', async (what, fault) => {
      const statements = await statementsOf(operation);
      // Each silence takes its time: where it could matter most.
      const last = statements.length - 1;
      const places = what.startsWith('silent') ? [1, last] : statements.map((_, n) => n);
      // A race has two endings.
      if (what.includes('runs') || what.includes('KILL')) places.push(last, last, last);
      for (const n of places) {
        const id = await operation.prepare(ledger);
        const before = await journal(ledger);
        ledger.asked.length = 0;
        let struck = false;
        proxy.onStatement = atStatement(n, (statement) => {
          struck = true;
          expect(statement.sql.slice(0, 20)).toBe(statements[n]?.slice(0, 20));
          return fault(statement);
        });
        const answer = await operation.run(ledger, id);
        proxy.passAll();

        expect(struck).toBe(true);
        const after = await journal(ledger);
        const number = before.numbers.length + 1;
        expect(after.numbers).toEqual([...before.numbers, number]);
        expect(answer).toBe(after.newest);
        expect(ledger.asked).toEqual([number]);
      }
      expect(await ledger.check()).toEqual([]);
      // The driver's pool is whole again, and holds nothing that is dead.
      const answers = await Promise.all(Array.from({ length: 12 }, () => ledger.dataSource.query('SELECT 1 AS one')));
      expect(answers).toHaveLength(12);
      expect(proxy.openSessions).toBeLessThanOrEqual(10);
    });
  });
});
