import mysql from 'mysql2/promise';
import { connectionOptions } from '../../src/database/connection/connection-options';
import { startTestServer, type TestServer } from '../support/server';
import { waitFor } from '../support/wait';

describe('a change of an account that loses a race in the database', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  test('is tried again', async () => {
    const { id } = await server.admin.createUser('INVESTOR');
    const other = await mysql.createConnection(connectionOptions(server.database.address));
    try {
      await other.query('START TRANSACTION');
      await other.query('SELECT id FROM users FOR UPDATE');
      const changed = server.admin.administer<{ disableUser: { disabledAt: string | null } }>(
        'mutation ($id: ID!) { disableUser(id: $id) { disabledAt } }',
        { id },
      );
      const waiting = await waitFor('the change to wait for the lock', async () => {
        const [row] = await server.database.query(
          `SELECT id FROM information_schema.processlist
           WHERE db = DATABASE() AND info LIKE 'SELECT%users%FOR UPDATE' AND id <> CONNECTION_ID()`,
        );
        return row?.id;
      });
      // As a deadlock ends the statement of one of the two.
      await server.database.query(`KILL QUERY ${String(waiting)}`);
      await other.query('ROLLBACK');
      const { disableUser } = await changed;
      expect(disableUser.disabledAt).toMatch(/^\d{4}-/);
    } finally {
      await other.end();
    }
  });
});
