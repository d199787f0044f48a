import { createTestDatabase, type TestDatabase } from '../support/database';
import { DatabaseProxy } from '../support/database-proxy';
import { startTestServer, type TestServer } from '../support/server';
import { waitFor } from '../support/wait';
import { describeInBrowser, TestBrowser } from './chromium';
import { Visitor } from './visitor';

describeInBrowser('the console while its database is blocked', () => {
  let browser: TestBrowser;
  let database: TestDatabase;
  let proxy: DatabaseProxy;
  let server: TestServer;

  beforeAll(async () => {
    [browser, database] = await Promise.all([TestBrowser.start(), createTestDatabase()]);
    proxy = await DatabaseProxy.start(database.address);
    const { user, password, database: name, hosts } = proxy.through(database.address);
    const account = [user, ...(password === undefined ? [] : [password])].map(encodeURIComponent).join(':');
    server = await startTestServer({
      DATABASE_URL: `mysql://${account}@127.0.0.1:${hosts[0]?.port ?? 0}/${name}`,
      BACKUP_VERIFY: 'checksum',
    });
  });
  afterAll(async () => {
    await browser.close();
    proxy.passAll();
    await server.close();
    await proxy.close();
    await database.drop();
  });

  test('says so within seconds, shows what it knew, and goes on by itself', async () => {
    const visitor = await Visitor.arrive(browser, server);
    await visitor.open('/admin');
    await visitor.signIn();
    await visitor.headline('There is nothing to lose yet.');

    // Takes every statement and answers none.
    proxy.onStatement = () => undefined;
    await visitor.sees('The database does not answer.');
    await visitor.sees('What you see is from');
    await visitor.headline('There is nothing to lose yet.');
    expect(await visitor.barriers()).toEqual([]);
    const other = await Visitor.arrive(browser, server);
    await other.open('/admin');
    await other.signIn();
    await other.sees('The database does not answer.');
    await other.leave();

    proxy.goDown();
    proxy.passAll();
    await waitFor('the end of all complaints', async () => {
      return (await visitor.page.getByText('The database does not answer.').count()) === 0;
    });
    await server.admin.buy('10.00');
    await visitor.headline('Every operation is backed up.');
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });
});
