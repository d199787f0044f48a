import { readFileSync } from 'node:fs';
import { type Client, PASSWORD } from '../support/client';
import { readCsv } from '../support/csv';
import { startTestServer, type TestServer } from '../support/server';
import { describeInBrowser, TestBrowser } from './chromium';
import { Visitor } from './visitor';

interface Asked {
  kind: string;
  status: string;
  amount: string;
}

describeInBrowser("a member's page", () => {
  let browser: TestBrowser;
  let server: TestServer;
  let member: Client;
  let email: string;
  let visitor: Visitor;

  beforeAll(async () => {
    [browser, server] = await Promise.all([TestBrowser.start(), startTestServer({ BACKUP_VERIFY: 'checksum' })]);
    const { admin } = server;
    member = await admin.createUser('INVESTOR', 'Ada Member');
    const other = await admin.createUser('INVESTOR');
    ({
      me: { email },
    } = await member.request<{ me: { email: string } }>('{ me { email } }'));
    await admin.deposit(member.id, '1000.00');
    await admin.deposit(other.id, '3000.00');
    await admin.sell(await admin.buy('2000.00', { title: 'Volvo V60' }), '2400.00');
    await admin.withdraw(member.id, '150.50');
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(async () => {
    visitor = await Visitor.arrive(browser, server);
    await visitor.open('/');
    await visitor.signIn({ email, password: PASSWORD });
    await visitor.headline('My account');
  });
  afterEach(async () => {
    const { complaints } = visitor;
    const outside = visitor.outsideRequests();
    await visitor.leave();
    expect({ complaints, outside }).toEqual({ complaints: [], outside: [] });
  });

  const ask = (name: RegExp): Promise<void> => visitor.page.getByRole('button', { name }).click();
  const amount = () => visitor.page.getByLabel('Amount');
  const asked = async (): Promise<Asked[]> => {
    const { payments } = await member.request<{ payments: { nodes: Asked[] } }>(
      '{ payments(first: 5) { nodes { kind status amount } } }',
    );
    return payments.nodes;
  };
  const figure = (name: string) => visitor.page.locator('.figure', { hasText: name });

  test('tells what the account holds, and what happened', async () => {
    const { page } = visitor;
    const { me } = await member.request<{ me: { balance: string; percentage: string } }>(
      '{ me { balance percentage } }',
    );
    // 1,000.00 and a quarter of the 200.00 that the members receive, less what was taken out.
    expect(me.balance).toMatch(/^8\d\d\.\d\d$/);
    await figure('Balance').getByText(`${me.balance} USD`).waitFor();
    await figure('Share')
      .getByText(me.percentage.replace(/0{1,2}$/, ''))
      .waitFor();
    const rows = page.locator('.bookings tbody tr');
    await rows.first().getByText('Withdrawal').waitFor();
    expect(await rows.first().textContent()).toContain('-150.50 USD');
    await rows.filter({ hasText: 'Income from the sale of Volvo V60' }).waitFor();
    await rows.filter({ hasText: 'another member’s payment' }).waitFor();
    const chart = page.getByRole('slider', { name: /Your balance and share/ });
    await chart.focus();
    await chart.press('Home');
    expect(await chart.getAttribute('aria-valuetext')).toContain('Balance 1,000.00 USD, Share 100.00 %');
  });

  test('asks for a deposit as people write it, and cancels it', async () => {
    const { page } = visitor;
    await amount().fill('1,234.5');
    await visitor.sees('1,234.50 USD');
    await page.getByLabel('Note').fill('For the new car');
    await ask(/^Ask for a deposit/);
    await visitor.sees('You asked for a deposit of 1,234.50 USD. It waits for an operator.');
    expect((await asked())[0]).toEqual({ kind: 'DEPOSIT', status: 'PENDING', amount: '1234.50' });
    expect(await amount().inputValue()).toBe('');

    const request = page.locator('.requests li', { hasText: '1,234.50' });
    await request.getByText('waits for an operator').waitFor();
    await request.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).click();
    expect(await visitor.evaluate('document.activeElement.textContent')).toMatch(/^Cancel/);
    await request.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the request' }).click();
    await request.getByText('cancelled or rejected').waitFor();
    expect((await asked())[0]?.status).toBe('REJECTED');
  });

  test('what cannot be is said beside the field, and what was typed stays', async () => {
    const { page } = visitor;
    const before = await asked();
    await page.getByLabel('Withdrawal', { exact: true }).check();
    await page.getByLabel('Note').fill('All of it, please');
    await amount().fill('1.234,50');
    await ask(/^Ask for a withdrawal/);
    await page.locator('.field-problem', { hasText: 'Write it like 1,234.50.' }).waitFor();
    await amount().fill('9,000');
    await ask(/^Ask for a withdrawal/);
    await page
      .locator('.field', { has: amount() })
      .locator('.field-problem', { hasText: /^A withdrawal of 9000\.00 is more than the balance of 8\d\d\.\d\d/ })
      .waitFor();
    expect(await visitor.evaluate('document.activeElement.getAttribute("aria-invalid")')).toBe('true');
    expect([await amount().inputValue(), await page.getByLabel('Note').inputValue()]).toEqual([
      '9,000',
      'All of it, please',
    ]);
    expect(await asked()).toEqual(before);
  });

  test('a lost answer is told as such, and the same click again asks once', async () => {
    const { page } = visitor;
    const keys: unknown[] = [];
    await page.route('**/graphql', async (route) => {
      const body = route.request().postDataJSON() as { query: string; variables: { input?: object } };
      if (!/^\s*mutation/.test(body.query)) return route.continue();
      keys.push((body.variables.input as { idempotencyKey?: unknown }).idempotencyKey);
      const answer = await route.fetch();
      return keys.length === 1 ? route.abort() : route.fulfill({ response: answer });
    });
    const before = (await asked()).filter(({ status }) => status === 'PENDING').length;
    await amount().fill('77');
    await ask(/^Ask for a deposit/);
    await visitor.sees('It is not known whether this was done: the server did not answer.');
    expect(await amount().inputValue()).toBe('77.00');
    await ask(/^Ask for a deposit/);
    await visitor.sees('You asked for a deposit of 77.00 USD.');
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), keys[0]]);
    expect((await asked()).filter(({ status }) => status === 'PENDING')).toHaveLength(before + 1);
    // What is answered is done: the same amount from now on is another request.
    await amount().fill('77');
    await ask(/^Ask for a deposit/);
    await page.locator('.requests li', { hasText: 'Deposit of 77.00 USD' }).nth(1).waitFor();
    expect(keys[2]).not.toBe(keys[0]);
  });

  test('what may have been done outlives a reload, half an hour and the session, and is done once or left', async () => {
    const { page } = visitor;
    const keys: unknown[] = [];
    await page.route('**/graphql', async (route) => {
      const body = route.request().postDataJSON() as { query: string; variables: { input?: object } };
      if (!/^\s*mutation RequestPayment/.test(body.query)) return route.continue();
      keys.push((body.variables.input as { idempotencyKey?: unknown }).idempotencyKey);
      if (keys.length === 2) {
        const unauthenticated = { message: 'Sign in first.', extensions: { code: 'UNAUTHENTICATED' } };
        return route.fulfill({ status: 401, json: { errors: [unauthenticated] } });
      }
      const answer = await route.fetch();
      return [1, 4].includes(keys.length) ? route.abort() : route.fulfill({ response: answer });
    });
    const waiting = async (): Promise<number> => (await asked()).filter(({ status }) => status === 'PENDING').length;
    const unknown = 'It is not known whether this was done';
    const before = await waiting();
    await page.clock.install();
    await visitor.open('/account');
    await amount().fill('78');
    await page.getByLabel('Note').fill('Once');
    await ask(/^Ask for a deposit/);
    await visitor.sees(unknown);
    // One letter more would be another request beside it.
    expect(await amount().isEditable()).toBe(false);

    await page.reload();
    await visitor.sees(unknown);
    expect([await amount().inputValue(), await page.getByLabel('Note').inputValue()]).toEqual(['78.00', 'Once']);
    await page.clock.fastForward('00:40:00');
    await ask(/^Ask for a deposit/);
    await visitor.sees('Your session has ended.');
    await visitor.signIn({ email, password: PASSWORD });
    await visitor.sees(unknown);
    await ask(/^Ask for a deposit/);
    await visitor.sees('You asked for a deposit of 78.00 USD.');
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), keys[0], keys[0]]);
    expect(await waiting()).toBe(before + 1);
    expect(await amount().inputValue()).toBe('');

    await amount().fill('79');
    await ask(/^Ask for a deposit/);
    await visitor.sees(unknown);
    await page.getByRole('button', { name: 'Leave it' }).click();
    await amount().fill('80');
    await ask(/^Ask for a deposit/);
    await visitor.sees('You asked for a deposit of 80.00 USD.');
    expect(new Set(keys).size).toBe(3);
    await page.getByRole('button', { name: 'Sign out' }).click();
    expect(await visitor.evaluate('sessionStorage.length')).toBe(0);
  });

  test('what an operator decided meanwhile cannot be cancelled, and shows', async () => {
    const { page } = visitor;
    await amount().fill('31.00');
    await ask(/^Ask for a deposit/);
    const request = page.locator('.requests li', { hasText: 'Deposit of 31.00 USD' });
    await request.getByRole('button', { name: 'Cancel' }).click();
    const { payments } = await member.request<{ payments: { nodes: { id: string }[] } }>(
      '{ payments(first: 1) { nodes { id } } }',
    );
    await server.admin.confirmPayment(payments.nodes[0]?.id ?? '');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the request' }).click();
    await page
      .getByRole('dialog')
      .getByText(/is CONFIRMED/)
      .waitFor();
    await page.keyboard.press('Escape');
    await request.getByText(/^booked/).waitFor();
    await page.locator('.bookings tbody tr').first().getByText('+31.00 USD').waitFor();
  });

  test('a statement adds up on the page, as a file, and is alone on paper', async () => {
    const { page } = visitor;
    const { me } = await member.request<{ me: { balance: string } }>('{ me { balance } }');
    await page.locator('.sums .total').getByText(me.balance).waitFor();
    const save = async (name: string): Promise<{ file: string; text: string }> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('.statement').getByRole('button', { name }).click(),
      ]);
      return { file: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
    };
    const csv = await save('CSV');
    expect(csv.file).toMatch(new RegExp(`^statement-${member.id}-\\d{4}-\\d\\d-\\d\\d-\\d{4}-\\d\\d-\\d\\d\\.csv$`));
    const lines = readCsv(csv.text);
    const cents = (text = ''): number => Math.round(Number(text) * 100);
    const sum = lines.reduce((total, line) => total + cents(line.amount), cents(lines[0]?.balance));
    expect(sum).toBe(cents(me.balance));
    expect(cents(lines.at(-1)?.balance)).toBe(sum);
    expect((await save('Page')).text).toContain('Statement of Ada Member');

    await page.evaluate('window.print = () => undefined');
    await page.getByRole('button', { name: 'Print' }).click();
    await page.emulateMedia({ media: 'print' });
    await page.getByRole('heading', { name: 'Statement of Ada Member' }).waitFor();
    expect(await page.getByRole('heading').allTextContents()).toEqual(['Statement of Ada Member']);
    expect(await page.getByRole('row', { name: /Withdrawal -150\.50/ }).isVisible()).toBe(true);
    expect(await page.getByRole('button').count()).toBe(0);
    await page.emulateMedia({ media: 'screen' });
    await page.getByLabel('Until').fill('2020-01-01');
    await visitor.sees('Choose a first day and a last day that is not before it.');
    await page.getByLabel('From', { exact: true }).fill('2020-01-01');
    await page.getByRole('row', { name: 'Balance after 0.00 0.00 %' }).waitFor();
  });

  test('a history of more lines than the API gives at once is drawn all the same', async () => {
    const { page } = visitor;
    const refusal = { message: 'There are more than 5000 lines.', extensions: { code: 'BAD_USER_INPUT' } };
    await page.route('**/graphql', async (route) => {
      const isHistory = route.request().postData()?.includes('query MyHistory') === true;
      await (isHistory ? route.fulfill({ json: { errors: [refusal], data: null } }) : route.continue());
    });
    const asked = page.waitForRequest((request) => request.postData()?.includes('query MySamples') === true);
    await page.getByLabel('A year').check();
    await visitor.open('/account');
    await asked;
    const { me } = await member.request<{ me: { balance: string } }>('{ me { balance } }');
    const chart = page.getByRole('slider', { name: /Your balance and share/ });
    await chart.focus();
    await chart.press('End');
    expect(await chart.getAttribute('aria-valuetext')).toContain(`Balance ${me.balance} USD`);
    expect(Number(await chart.getAttribute('max'))).toBeGreaterThan(0);
  });

  test('a session that ends takes nothing of what was typed', async () => {
    const { page } = visitor;
    await amount().fill('640.00');
    const unauthenticated = { message: 'Sign in first.', extensions: { code: 'UNAUTHENTICATED' } };
    await page.route('**/graphql', (route) => route.fulfill({ status: 401, json: { errors: [unauthenticated] } }));
    await ask(/^Ask for a deposit/);
    await visitor.sees('Your session has ended.');
    await page.unroute('**/graphql');
    await visitor.signIn({ email, password: PASSWORD });
    await visitor.headline('My account');
    expect(await amount().inputValue()).toBe('640.00');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await visitor.signIn({ email, password: PASSWORD });
    await visitor.headline('My account');
    expect(await amount().inputValue()).toBe('');
  });

  test('a server that is away is said, and what was there stays', async () => {
    await figure('Balance').getByText('USD').waitFor();
    await visitor.context.setOffline(true);
    await amount().fill('5');
    await ask(/^Ask for a deposit/);
    await visitor.sees('It is not known whether this was done');
    await visitor.sees('The server cannot be reached.');
    await figure('Balance').getByText('USD').waitFor();
    await visitor.context.setOffline(false);
    await ask(/^Ask for a deposit/);
    await visitor.sees('You asked for a deposit of 5.00 USD.');
    await visitor.page.getByText('The server cannot be reached.').first().waitFor({ state: 'detached' });
  });

  test('the first page weighs less than 200 KiB', async () => {
    await visitor.page.locator('.panel svg').first().waitFor();
    const sizes = await Promise.all(
      visitor.requests
        .filter((request) => !request.url().endsWith('graphql'))
        .map(async (request) => {
          const { responseBodySize, responseHeadersSize } = await request.sizes();
          return responseBodySize + responseHeadersSize;
        }),
    );
    expect(sizes.length).toBeGreaterThan(3);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200 * 1024);
  });

  test.each([
    ['light', 1360],
    ['dark', 320],
  ] as const)('has no barrier and fits its width, %s and %i wide', async (colorScheme, width) => {
    const { page } = visitor;
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 844 });
    const overflow = async (): Promise<number> =>
      Math.max(0, await visitor.evaluate<number>('document.documentElement.scrollWidth - innerWidth'));
    await page.locator('.panel svg').first().waitFor();
    await page.getByRole('button', { name: 'Show its bookings' }).click();
    await page.locator('.statement .table-place').waitFor();
    await page.getByLabel('Withdrawal', { exact: true }).check();
    await amount().fill('1e3');
    await ask(/^Ask for a withdrawal/);
    await page.locator('.field-problem').waitFor();
    expect(await visitor.barriers()).toEqual([]);
    expect(await overflow()).toBe(0);
    await page.locator('.requests').getByRole('button', { name: 'Cancel' }).first().click();
    expect(await visitor.barriers()).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect([await visitor.barriers(), await overflow()]).toEqual([[], 0]);
  });
});
