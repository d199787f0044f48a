import { startTestServer, type TestServer } from '../support/server';
import { allBackedUp } from '../support/traces';
import { describeInBrowser, TestBrowser } from './chromium';
import { Visitor } from './visitor';

describeInBrowser('signing in to the console', () => {
  let browser: TestBrowser;
  let server: TestServer;
  let visitor: Visitor;

  beforeAll(async () => {
    [browser, server] = await Promise.all([TestBrowser.start(), startTestServer({ BACKUP_VERIFY: 'checksum' })]);
    const investor = await server.admin.createUser('INVESTOR');
    await server.admin.deposit(investor.id, '5000.00');
    await allBackedUp(server);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(async () => {
    visitor = await Visitor.arrive(browser, server);
    await visitor.open('/admin');
  });
  afterEach(async () => {
    const { complaints } = visitor;
    const outside = visitor.outsideRequests();
    await visitor.leave();
    expect({ complaints, outside }).toEqual({ complaints: [], outside: [] });
  });

  test('a wrong password is said, and the password asked for again', async () => {
    await visitor.signIn({ email: 'admin@example.com', password: 'not the password' });
    await visitor.sees('The email or the password is wrong.');
    const password = visitor.page.getByLabel('Password');
    expect(await password.inputValue()).toBe('');
    expect(await visitor.evaluate('document.activeElement.name')).toBe('password');
  });

  test('an OPERATOR is turned away, and nothing of the session is kept', async () => {
    await server.admin.request('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
      input: {
        name: 'The operator',
        email: 'operator@example.com',
        password: 'a password of some length',
        role: 'OPERATOR',
      },
    });
    await visitor.signIn({ email: 'operator@example.com', password: 'a password of some length' });
    await visitor.sees('operator@example.com is an account of role OPERATOR. The console is for administrators alone.');
    expect(await visitor.evaluate('JSON.stringify([sessionStorage, localStorage])')).toBe('[{},{}]');
  });

  test('a session ends with its time, by revocation, by signing out and with its tab', async () => {
    const { page } = visitor;
    await page.clock.install();
    await visitor.open('/admin/log');
    await visitor.signIn();
    await visitor.headline('Log');
    await page.clock.fastForward('01:01:00');
    await visitor.sees('Your session has ended.');
    expect(await visitor.evaluate('sessionStorage.length')).toBe(0);
    expect(page.url()).toBe(`${server.url}/admin/log`);

    await page.clock.resume();
    await visitor.open('/admin');
    await visitor.signIn();
    await visitor.headline('Every operation is backed up.');
    await visitor.open('/admin');
    await visitor.headline('Every operation is backed up.');
    const otherTab = await visitor.context.newPage();
    await otherTab.goto(`${server.url}/admin`);
    await otherTab.getByRole('heading', { name: 'Sign in' }).waitFor();
    await otherTab.close();
    expect(await visitor.context.cookies()).toEqual([]);
    expect(await visitor.evaluate('JSON.stringify(localStorage)')).not.toContain('ey');

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await visitor.evaluate('sessionStorage.length')).toBe(0);

    const second = await server.admin.createUser('ADMIN', 'Second Admin');
    const { me } = await second.request<{ me: { email: string } }>('{ me { email } }');
    await visitor.signIn({ email: me.email, password: 'a password of some length' });
    await visitor.headline('Every operation is backed up.');
    await server.admin.administer('mutation ($id: ID!) { revokeTokens(id: $id) { id } }', { id: second.id });
    await visitor.sees('Your session has ended.');
  });

  test('everything can be reached and done with the keyboard', async () => {
    const { page } = visitor;
    await page.getByLabel('Email').waitFor();
    await page.keyboard.type('admin@example.com');
    await page.keyboard.press('Tab');
    await page.keyboard.type('correct horse battery');
    await page.keyboard.press('Enter');
    await visitor.headline('Every operation is backed up.');
    const reached = new Set<string>();
    for (let presses = 0; presses < 60 && !reached.has('All backups'); presses += 1) {
      await page.keyboard.press('Tab');
      reached.add(await visitor.evaluate<string>('document.activeElement.textContent.trim()'));
    }
    for (const name of [
      'Skip to the page',
      'Overview',
      'Backups',
      'Changes',
      'Log',
      'Playground',
      'Sign out',
      'All backups',
    ]) {
      expect(reached).toContain(name);
    }
    await page.keyboard.press('Enter');
    await visitor.headline('Backups');
    expect(await visitor.evaluate('document.activeElement.id')).toBe('main');
  });

  test('signing in and the overview weigh less than 200 KiB', async () => {
    await visitor.signIn();
    await visitor.headline('Every operation is backed up.');
    await visitor.page.locator('.panel svg').first().waitFor();
    const sizes = await Promise.all(
      visitor.requests
        .filter((request) => !request.url().endsWith('graphql'))
        .map(async (request) => {
          const { responseBodySize, responseHeadersSize } = await request.sizes();
          return responseBodySize + responseHeadersSize;
        }),
    );
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    expect(sizes.length).toBeGreaterThan(3);
    expect(bytes).toBeLessThan(200 * 1024);
  });
});
