import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { loadConfig } from '../../src/config/config';
import { DatabaseUnavailableError } from '../../src/database/connection/errors';
import { isSupported, openDatabase } from '../../src/database/open';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { CAN_HAVE_ANOTHER } from '../support/engine';
import { startPrivateDatabaseServer } from '../support/private-database-server';

const SECRET = 'hunter2 in the URL';

const open = async (url: string): Promise<void> => {
  const database = await openDatabase(loadConfig({ DATABASE_URL: url }));
  await database.close();
};
/** The one sentence of a database that cannot be had. */
const complaint = async (url: string): Promise<string> => {
  const error: unknown = await open(url).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DatabaseUnavailableError);
  const { message } = error as Error;
  expect(message).toMatch(/^[A-Z][^\r\n]+\.$/);
  expect(message).not.toContain(SECRET);
  expect(message).not.toContain(encodeURIComponent(SECRET));
  return message;
};
/** The same server, another account or database. */
const url = (there: TestDatabase, user: string, database: string): string =>
  there.url.replace(/\/\/.*@(.*)\/[^/?]+(\?|$)/, `//${user}:${encodeURIComponent(SECRET)}@$1/${database}$2`);

describe('opening the database of DATABASE_URL', () => {
  let database: TestDatabase;
  const name = `test_${randomBytes(6).toString('hex')}`;
  const account = `u_${randomBytes(6).toString('hex')}`;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.query(`CREATE USER ${account}@'%' IDENTIFIED BY '${SECRET}'`);
  });
  afterAll(async () => {
    await database.query(`DROP USER ${account}@'%'`);
    await database.query(`DROP DATABASE IF EXISTS ${name}`);
    await database.drop();
  });

  test('makes it where it does not exist yet, in UTF-8, and is content with one that does', async () => {
    const own = database.url.replace(database.address.database, name);
    await open(own);
    await open(own);
    const rows = await database.query(
      'SELECT default_character_set_name AS charset FROM information_schema.schemata WHERE schema_name = ?',
      [name],
    );
    expect(rows).toEqual([{ charset: 'utf8mb4' }]);
  });

  (CAN_HAVE_ANOTHER ? test : test.skip)('writes nothing to the binary log for one that exists', async () => {
    const server = await startPrivateDatabaseServer();
    try {
      const { url, query } = await createTestDatabase(server.url);
      const logs = (): Promise<unknown> => query('SHOW BINARY LOGS');
      const before = await logs();
      expect(before).toEqual([expect.objectContaining({ File_size: expect.anything() as unknown })]);
      await open(url);
      expect(await logs()).toEqual(before);
    } finally {
      await server.close();
    }
  });

  test('an account without the right to it is told so, and one with rights to a database alone suffices', async () => {
    const existing = database.address.database;
    expect(await complaint(url(database, account, existing))).toMatch(
      new RegExp(`^User ${account} may not use the database at .*, database ${existing}, or it does not exist`),
    );
    await database.query(`GRANT ALL ON ${existing}.* TO ${account}@'%'`);
    await open(url(database, account, existing));
    expect(await complaint(url(database, account, 'test_of_somebody_else'))).toMatch(/may not use the database/);
  });

  test('a wrong user or password', async () => {
    expect(await complaint(url(database, 'nobody_at_all', name))).toMatch(
      /^The database server at .* refuses user nobody_at_all: check user and password in DATABASE_URL\.$/,
    );
    const wrong = url(database, account, name).replace('hunter2', 'hunter3');
    expect(await complaint(wrong)).toMatch(/refuses user/);
  });

  test('nobody listens there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(await complaint(`mysql://u:${encodeURIComponent(SECRET)}@127.0.0.1:${port}/pool`)).toBe(
      `The database server at 127.0.0.1:${port}, database pool cannot be reached (ECONNREFUSED): check DATABASE_URL and that the server runs.`,
    );
    expect(await complaint('mysql://u@h/pool?socketPath=/does/not/exist.sock')).toMatch(/\(ENOENT\)/);
    expect(await complaint('mysql://u@host.invalid/pool')).toMatch(
      /cannot be reached \((ENOTFOUND|EAI_AGAIN|ETIMEDOUT)\)/,
    );
  });

  test('something else listens there', async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      expect(await complaint(`mysql://u:${encodeURIComponent(SECRET)}@127.0.0.1:${port}/pool`)).toMatch(
        /cannot be reached/,
      );
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

describe('versions', () => {
  test.each([
    '10.6.0-MariaDB',
    '10.11.19-MariaDB-0+deb12u1',
    '11.4.2-MariaDB-log',
    '12.0.1-MariaDB',
    '8.0.11',
    '8.4.0',
    '9.7.4',
  ])('%s is new enough', (version) => {
    expect(isSupported(version)).toBe(true);
  });

  test.each(['10.5.29-MariaDB', '10.2.1-MariaDB', '5.5.68-MariaDB', '5.7.44-log', '5.6.1', 'unknown', ''])(
    '%s is not',
    (version) => {
      expect(isSupported(version)).toBe(false);
    },
  );
});
