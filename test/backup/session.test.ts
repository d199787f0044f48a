import { openSession } from '../../src/backup/server/session';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { DatabaseProxy } from '../support/database-proxy';
import { waitFor } from '../support/wait';

let database: TestDatabase;
let proxy: DatabaseProxy;
beforeEach(async () => {
  database = await createTestDatabase();
  proxy = await DatabaseProxy.start(database.address);
});
afterEach(async () => {
  await proxy.close();
  await database.drop();
});

/** The server ends a session that is silent for longer. */
const idleSeconds = 5;
/** At a third of that each. */
const PINGS_OF_MORE = 4;

test('a session with nothing to ask is silent for no longer than anybody on the way remembers it', async () => {
  let pings = 0;
  proxy.onPing = () => (pings += 1);
  const session = await openSession(proxy.through(database.address), { idleSeconds });
  try {
    await waitFor('its signs of life', () => pings >= PINGS_OF_MORE);
    expect(await session.query("SELECT 'yes' AS answer")).toEqual([{ answer: 'yes' }]);
  } finally {
    session.close();
  }
  const before = pings;
  await waitFor('the connection to be gone', () => proxy.openSessions === 0);
  expect(pings).toBe(before);
});

test('says so where that finds the connection lost, and asks nothing over it any more', async () => {
  proxy.onPing = (cut) => {
    cut();
  };
  const session = await openSession(proxy.through(database.address), { idleSeconds });
  const lost = new Promise<Error>((resolve) => {
    session.onClosed(resolve);
  });
  const reason = await lost;
  await expect(session.query('SELECT 1')).rejects.toBe(reason);
  session.close();
});
