import { PASSWORD } from '../support/client';
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

  test('there is one door: each role comes to its own first page, and is told when a page is for another', async () => {
    const investor = await server.admin.createUser('INVESTOR');
    const { me } = await investor.request<{ me: { email: string } }>('{ me { email } }');
    const { page } = visitor;
    await visitor.open('/');
    await visitor.signIn();
    await visitor.headline('Every operation is backed up.');
    expect(page.url()).toBe(`${server.url}/admin`);
    await page.getByRole('button', { name: 'Sign out' }).click();

    await visitor.open('/admin/log');
    await visitor.signIn({ email: me.email, password: PASSWORD });
    await visitor.headline('My account');
    await visitor.sees('“Log” is for administrators. This is your own first page.');
    expect(page.url()).toBe(`${server.url}/account`);
    expect(await page.getByRole('navigation').getByRole('link').allTextContents()).toEqual(['My account']);
    await visitor.open('/');
    await visitor.headline('My account');
    const asked = visitor.requests.length;
    await visitor.open('/account');
    await visitor.headline('My account');
    expect(visitor.requests.slice(asked).filter((request) => request.url().endsWith('/admin/graphql'))).toEqual([]);
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
    await visitor.signIn({ email: me.email, password: PASSWORD });
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
    const bytes = await visitor.weight();
    expect(bytes).toBeGreaterThan(100 * 1024);
    expect(bytes).toBeLessThan(200 * 1024);
  });
});
