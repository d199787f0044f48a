import { randomBytes } from 'node:crypto';
import type { Page, Route } from 'playwright-core';
import { Client, PASSWORD } from '../support/client';
import { createTestDatabase } from '../support/database';
import { fillPool } from '../support/large-pool';
import { ADMIN, startTestServer, type TestServer } from '../support/server';
import { startServerProcess } from '../support/server-process';
import { waitFor } from '../support/wait';
import { describeInBrowser, TestBrowser } from './chromium';
import { Visitor } from './visitor';

interface Operator {
  client: Client;
  email: string;
}

async function makeOperator(admin: Client, name: string): Promise<Operator> {
  const client = await admin.createUser('OPERATOR', name);
  const { me } = await client.request<{ me: { email: string } }>('{ me { email } }');
  return { client, email: me.email };
}

async function arriveAs({ email }: Operator, browser: TestBrowser, url: string, path: string, options = {}) {
  const visitor = await Visitor.arrive(browser, { url } as TestServer, options);
  await visitor.open(path);
  await visitor.signIn({ email, password: PASSWORD });
  return visitor;
}

/** Follows the link to a payment that waits, from the inbox as it is now: an open one looks every ten seconds. */
async function openFromInbox(visitor: Visitor, name: string): Promise<void> {
  await visitor.open('/payments');
  await visitor.page.getByRole('row', { name }).getByRole('link').click();
}

/** An idempotency key. */
const KEY = /^[0-9a-f]{32}$/;

const rowOf = ({ page }: Visitor, name: string) => page.getByRole('row', { name: new RegExp(`^${name}`) });
const press = ({ page }: Visitor, name: string) => page.getByRole('button', { name, exact: true }).click();

/** Holds the answers to documents of that name from `begin` to `end`. */
function holding(page: Page, name: string): { begin: () => Promise<void>; end: () => void } {
  let release = (): void => undefined;
  const end = new Promise<void>((resolve) => (release = resolve));
  return {
    begin: async () => {
      await page.route('**/graphql', async (route) => {
        if (route.request().postData()?.includes(name) === true) await end;
        await route.fallback();
      });
    },
    end: release,
  };
}

describeInBrowser("an operator's day", () => {
  let browser: TestBrowser;
  let server: TestServer;
  let one: Operator;
  let two: Operator;
  let anna: Client;
  let bela: Client;
  let visitor: Visitor;

  beforeAll(async () => {
    [browser, server] = await Promise.all([
      TestBrowser.start(),
      startTestServer({ BACKUP_VERIFY: 'checksum', FOUR_EYES: 'on' }),
    ]);
    const { admin } = server;
    one = await makeOperator(admin, 'Operator One');
    two = await makeOperator(admin, 'Operator Two');
    [anna, bela] = [await admin.createUser('INVESTOR', 'Anna'), await admin.createUser('INVESTOR', 'Béla')];
    await two.client.confirmPayment(await anna.requestPayment('DEPOSIT', '600.00'));
    await two.client.confirmPayment(await bela.requestPayment('DEPOSIT', '400.00'));
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(async () => {
    visitor = await arriveAs(one, browser, server.url, '/');
    await visitor.headline('Payments');
  });
  afterEach(async () => {
    const { complaints } = visitor;
    const outside = visitor.outsideRequests();
    await visitor.leave();
    expect({ complaints, outside }).toEqual({ complaints: [], outside: [] });
    await expectBooksToHold();
  });

  /** Each balance is the sum of the lines of its account, and the shares make up a whole. */
  async function expectBooksToHold(): Promise<void> {
    const wrong = await server.database.query(
      `SELECT u.name FROM users u LEFT JOIN contributions c ON c.userId = u.id
       GROUP BY u.id, u.name, u.balance HAVING u.balance <> COALESCE(SUM(c.amount), 0)`,
    );
    const [shares] = await server.database.query('SELECT CAST(SUM(percentage) AS CHAR) AS whole FROM users');
    expect({ wrong, shares }).toEqual({ wrong: [], shares: { whole: '1000000' } });
  }

  test('signing in and the inbox weigh less than 200 KiB', async () => {
    await visitor.sees('Nothing waits for a decision.');
    expect(await visitor.weight()).toBeLessThan(200 * 1024);
  });

  test('a deposit is confirmed after its preview, and a withdrawal rejected with a reason', async () => {
    await bela.requestPayment('DEPOSIT', '250.00', undefined, { note: 'From the bank' });
    const rejected = await anna.requestPayment('WITHDRAWAL', '50.00');
    await openFromInbox(visitor, 'Deposit of Béla');
    await visitor.headline('Deposit of 250.00 USD');
    await visitor.sees('From the bank');
    await rowOf(visitor, 'Béla').getByText('400.00 →, then 650.00').waitFor();
    await rowOf(visitor, 'Béla').getByText('40.00 % →, then 52.00 %').waitFor();
    await rowOf(visitor, 'Anna').getByText('60.00 % →, then 48.00 %').waitFor();
    await press(visitor, 'Confirm');
    await visitor.sees(/^Confirmed\. It is change \d+ of the journal\./);
    expect(await server.admin.holding(bela.id)).toBe('650.00 at 52.0000');
    expect(await server.admin.holding(anna.id)).toBe('600.00 at 48.0000');

    await openFromInbox(visitor, 'Withdrawal of Anna');
    await visitor.page.getByLabel('Reason, which the member sees').fill('The account number is missing');
    await press(visitor, 'Reject');
    await visitor.sees(/^Rejected\. It is change \d+/);
    const { payment } = await anna.request<{ payment: unknown }>(
      'query ($id: ID!) { payment(id: $id) { status rejectionReason } }',
      { id: rejected },
    );
    expect(payment).toEqual({ status: 'REJECTED', rejectionReason: 'The account number is missing' });
    await visitor.goTo('Payments');
    await visitor.sees('Nothing waits for a decision.');
  });

  test('a vehicle is bought, sold after its preview, and the sale undone', async () => {
    const { page } = visitor;
    const holdings = () => Promise.all([server.admin.holding(anna.id), server.admin.holding(bela.id)]);
    const before = await holdings();
    await visitor.goTo('Vehicles');
    await page.getByRole('link', { name: 'Buy a vehicle' }).click();
    await press(visitor, 'Buy');
    await visitor.sees('Type what people call it.');
    await page.getByLabel('Cost').fill('1,000');
    await page.getByLabel('Title').fill('Volvo V60');
    await page.getByLabel('VIN').fill('too short');
    await press(visitor, 'Buy');
    await visitor.sees('The vin must have 17 letters and digits');
    expect(await page.getByLabel('Title').inputValue()).toBe('Volvo V60');
    await page.getByLabel('VIN').fill('');
    await press(visitor, 'Buy');
    await visitor.sees(/^Bought Volvo V60\. It is change \d+/);
    await page.getByRole('link', { name: 'Open it' }).click();

    await visitor.headline('Volvo V60');
    const price = page.getByLabel('Price', { exact: true });
    await price.fill('15,000.00');
    await price.press('Enter');
    await visitor.sees('15,000.00 USD is more than twice of the cost of 1,000.00 USD.');
    await press(visitor, 'Change the price');
    await price.fill('1,500.00');
    await page.locator('dl', { hasText: 'Profit' }).getByText('500.00 USD').waitFor();
    await page.locator('dl', { hasText: 'Commission' }).getByText('250.00 USD').first().waitFor();
    await rowOf(visitor, 'Anna').getByText('+120.00').waitFor();
    await rowOf(visitor, 'Béla').getByText('650.00 →, then 780.00').waitFor();
    await price.press('Enter');
    await visitor.sees(/^Sold\. It is change \d+/);
    expect(await holdings()).toEqual(['720.00 at 48.0000', '780.00 at 52.0000']);

    const takenBack = () => visitor.requests.filter((request) => request.postData()?.includes('query SalePayments'));
    expect(takenBack()).toEqual([]);
    await page.getByText('Undo the sale', { exact: true }).first().click();
    await rowOf(visitor, 'Anna').getByText('720.00 →, then 600.00').waitFor();
    await page.getByLabel('Reason, for operators').fill('The buyer stepped back');
    await press(visitor, 'Undo the sale');
    await visitor.sees(/^The sale is undone\. It is change \d+/);
    await visitor.sees('The buyer stepped back');
    expect(await holdings()).toEqual(before);
  });

  test('what is known of a vehicle is corrected, and its purchase undone', async () => {
    const { page } = visitor;
    const id = await one.client.buy('500.00', { title: 'Renalt Zoe' });
    await visitor.goTo('Vehicles');
    await page.getByLabel('Search').fill('renalt');
    await page.getByRole('link', { name: 'Renalt Zoe' }).click();
    await page.getByText('Correct what is known of it').click();
    await page.getByLabel('Title').fill('Renault Zoe');
    await page.getByLabel('Kilometres').fill('1200');
    await press(visitor, 'Correct it');
    await visitor.sees(/^Corrected\. It is change \d+/);
    await visitor.headline('Renault Zoe');
    await page.getByText('Undo the purchase').first().click();
    await page.getByRole('button', { name: 'Undo the purchase' }).click();
    await visitor.sees(/^The purchase is undone\. It is change \d+/);
    const { vehicle } = await one.client.request<{ vehicle: unknown }>(
      'query ($id: ID!) { vehicle(id: $id) { title mileage status } }',
      { id },
    );
    expect(vehicle).toEqual({ title: 'Renault Zoe', mileage: 1200, status: 'CANCELLED' });
  });

  test('a member, a vehicle and a page are reached by their names from the keyboard alone', async () => {
    const { page } = visitor;
    await one.client.buy('70.00', { title: 'Škoda Fabia' });
    for (const [typed, headline] of [
      ['škoda', 'Škoda Fabia'],
      ['béla', 'Béla'],
      ['veh', 'Vehicles'],
    ] as const) {
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog', { name: 'Go to' }).waitFor();
      expect(await visitor.barriers()).toEqual([]);
      await page.keyboard.type(typed);
      await page.keyboard.press('Enter');
      await visitor.headline(headline);
      expect(await page.getByRole('dialog').count()).toBe(0);
    }
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('an undone sale whose answer was lost is not taken for the next one', async () => {
    const { page } = visitor;
    const id = await one.client.buy('100.00', { title: 'Opel Corsa' });
    await one.client.sell(id, '100.00');
    const status = async (): Promise<string> => {
      const { vehicle } = await one.client.request<{ vehicle: { status: string } }>(
        'query ($id: ID!) { vehicle(id: $id) { status } }',
        { id },
      );
      return vehicle.status;
    };
    /** Opens its fold first, unless something is open there. */
    const undo = async (): Promise<void> => {
      const button = page.getByRole('button', { name: 'Undo the sale', exact: true });
      const summary = page.locator('summary', { hasText: 'Undo the sale' });
      await summary.waitFor();
      if (!(await button.isVisible())) await summary.click();
      await button.click();
    };
    let isLost = true;
    await page.route('**/graphql', async (route) => {
      const isUndo = route.request().postData()?.includes('mutation UnsellVehicle') === true;
      if (!isUndo || !isLost) return route.continue();
      await route.fetch();
      isLost = false;
      return route.abort();
    });
    const unknown = page.getByText('It is not known whether this was done');
    await visitor.open(`/vehicles/${id}`);
    await undo();
    await unknown.waitFor();
    await page.getByLabel('Price', { exact: true }).fill('100');
    await press(visitor, 'Sell');
    await visitor.sees(/^Sold\./);
    await unknown.waitFor({ state: 'detached' });
    await undo();
    await visitor.sees(/^The sale is undone\./);
    expect(await status()).toBe('FOR_SALE');

    await one.client.sell(id, '100.00');
    await visitor.open(`/vehicles/${id}`);
    isLost = true;
    await undo();
    await unknown.waitFor();
    await two.client.sell(id, '100.00');
    await undo();
    await visitor.sees('The sale before was undone, and the vehicle is sold again since.');
    expect(await page.getByText(/^The sale is undone/).count()).toBe(0);
    expect(await status()).toBe('SOLD');
  });

  test('refusals are told in the words of the API: four eyes, and too little on the account', async () => {
    const { page } = visitor;
    const own = await one.client.requestPayment('DEPOSIT', '10.00', anna.id);
    const first = await anna.requestPayment('WITHDRAWAL', '600.00');
    const second = await anna.requestPayment('WITHDRAWAL', '599.00');
    await openFromInbox(visitor, 'Deposit of Anna');
    await visitor.sees(`You cannot confirm payment ${own}, since you asked for it: FOUR_EYES is on`);
    await press(visitor, 'Confirm');
    await page.locator('.notice.danger').getByText('FOUR_EYES is on').waitFor();
    await two.client.confirmPayment(first);
    await visitor.open(`/payments/${second}`);
    await visitor.sees('A withdrawal of 599.00 is more than the balance of 0.00 of user');
    await two.client.rejectPayment(second);
    await two.client.rejectPayment(own);
    await two.client.confirmPayment(await anna.requestPayment('DEPOSIT', '600.00'));
  });

  test('of two operators at the same payment, one is told that it is decided', async () => {
    const id = await anna.requestPayment('DEPOSIT', '20.00');
    const other = await arriveAs(two, browser, server.url, `/payments/${id}`);
    await visitor.open(`/payments/${id}`);
    await Promise.all([visitor, other].map(({ page }) => page.getByRole('button', { name: 'Confirm' }).waitFor()));
    await press(other, 'Confirm');
    await other.sees(/^Confirmed\./);
    await press(visitor, 'Confirm');
    await visitor.sees(`Payment ${id} is CONFIRMED, not PENDING.`);
    await visitor.sees('by Operator Two');
    expect(await server.admin.holding(anna.id)).toMatch(/^620\.00 /);
    await other.leave();
  });

  test.each([
    ['light', 1280],
    ['dark', 320],
  ] as const)('no page has a barrier or runs out of its width, %s and %i wide', async (colorScheme, width) => {
    const { page } = visitor;
    const payment = await anna.requestPayment('DEPOSIT', '30.00', undefined, { note: 'n'.repeat(200) });
    const vehicle = await one.client.buy('100.00', { title: 'A'.repeat(150) });
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    const looks: [string, () => Promise<void>][] = [
      ['/payments', () => page.locator('.payments').waitFor()],
      [`/payments/${payment}`, () => page.locator('.preview').waitFor()],
      ['/vehicles', () => page.locator('.vehicles').waitFor()],
      [`/vehicles/${vehicle}`, () => typePrice()],
      ['/vehicles/new', () => press(visitor, 'Buy')],
      ['/members', () => page.locator('.members').waitFor()],
      [`/members/${anna.id}`, () => page.locator('.bookings').waitFor()],
    ];
    const typePrice = async (): Promise<void> => {
      await page.getByLabel('Price', { exact: true }).fill('130');
      await page.locator('.preview').waitFor();
    };
    for (const [path, isThere] of looks) {
      await visitor.open(path);
      await isThere();
      expect({ path, barriers: await visitor.barriers() }).toEqual({ path, barriers: [] });
      const overflow = await visitor.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect({ path, overflow: Math.max(0, overflow) }).toEqual({ path, overflow: 0 });
    }
    await two.client.rejectPayment(payment);
  });
});

describeInBrowser('an operator whose server dies', () => {
  test('is told that the outcome is unknown, and the same click does it once', async () => {
    const [browser, database] = await Promise.all([TestBrowser.start(), createTestDatabase()]);
    const settings = { BACKUP_VERIFY: 'checksum', JWT_SECRET: randomBytes(32).toString('base64url') };
    let running = await startServerProcess(database.url, settings);
    const { url } = running;
    const again = { ...settings, PORT: new URL(url).port };
    try {
      const admin = await Client.signIn(url, ADMIN.email, ADMIN.password);
      const operator = await makeOperator(admin, 'Operator');
      const member = await admin.createUser('INVESTOR', 'Anna');
      const payment = await admin.requestPayment('DEPOSIT', '100.00', member.id);
      const visitor = await arriveAs(operator, browser, url, `/payments/${payment}`);
      const die = async (): Promise<void> => {
        process.kill(running.pid, 'SIGKILL');
        await running.stop();
      };
      const isWrite = (route: Route): boolean => /\bmutation\b/.test(route.request().postData() ?? '');
      const keys: unknown[] = [];
      let isDying = true;
      /** The server dies when the click has reached it and is done: without its key it would be done once more. */
      const dieAfter = async (route: Route): Promise<void> => {
        if (!isWrite(route)) return route.fallback();
        const { variables } = route.request().postDataJSON() as {
          variables: { idempotencyKey?: string; input?: { idempotencyKey?: string } };
        };
        keys.push((variables.input ?? variables).idempotencyKey);
        if (!isDying) return route.fallback();
        await route.fetch();
        await die();
        return route.abort();
      };

      await visitor.page.route('**/graphql', dieAfter);
      await press(visitor, 'Confirm');
      await visitor.sees('It is not known whether this was done');
      isDying = false;
      running = await startServerProcess(database.url, again);
      await press(visitor, 'Confirm');
      await visitor.sees(/^Confirmed\. It is change \d+/);
      expect(await admin.holding(member.id)).toBe('100.00 at 100.0000');
      expect(keys).toEqual([expect.stringMatching(KEY), keys[0]]);

      await visitor.open('/vehicles/new');
      await visitor.page.getByLabel('Cost').fill('80');
      await visitor.page.getByLabel('Title').fill('Volvo V60');
      isDying = true;
      keys.length = 0;
      await press(visitor, 'Buy');
      await visitor.sees('It is not known whether this was done');
      // What was sent has to be sent again as it was.
      expect(await visitor.page.getByLabel('Title').isDisabled()).toBe(true);
      isDying = false;
      running = await startServerProcess(database.url, again);
      // Somebody who loads the page again finds what was sent, not an empty form.
      await visitor.open('/vehicles/new');
      await visitor.sees('It is not known whether this was done');
      expect(await visitor.page.getByLabel('Title').inputValue()).toBe('Volvo V60');
      await press(visitor, 'Buy');
      await visitor.sees(/^Bought Volvo V60\./);
      expect(keys).toEqual([expect.stringMatching(KEY), keys[0]]);
      const [bought] = await database.query('SELECT COUNT(*) AS n FROM vehicles');
      expect(Number(bought?.n)).toBe(1);
      expect(visitor.complaints).toEqual([]);
      await visitor.leave();
    } finally {
      await running.stop();
      await browser.close();
      await database.drop();
    }
  });
});

describeInBrowser('an operator of a pool of 3 000 members', () => {
  test('goes through lists of any length with few rows in the document, and searches them', async () => {
    const [browser, server] = await Promise.all([TestBrowser.start(), startTestServer({ BACKUP_VERIFY: 'checksum' })]);
    try {
      const operator = await makeOperator(server.admin, 'Operator');
      await fillPool(server.database.query, { members: 3_000, sales: 1 });
      const visitor = await arriveAs(operator, browser, server.url, '/payments?status=ALL');
      const { page } = visitor;
      const rows = page.locator('.long tbody tr:not(.gap)');
      await visitor.sees('100 of 3,000 payments');
      await waitFor('300 payments more by scrolling', async () => {
        await page.mouse.wheel(0, 2_000);
        return page.getByText(/^[4-9]00 of 3,000 payments/).isVisible();
      });
      expect(await rows.count()).toBeLessThan(80);

      await visitor.open('/members');
      await page.getByLabel('Search').fill('member2999');
      await visitor.sees('1 of 1 accounts');
      const hold = holding(page, 'query MemberList');
      await hold.begin();
      await page.getByLabel('Role').selectOption('INVESTOR');
      await page.locator('.list[aria-busy="true"]').getByText('Loading accounts …').waitFor();
      hold.end();
      await page.locator('.list[aria-busy="false"]').waitFor();
      await page.getByRole('link', { name: 'Member 2999' }).click();
      await visitor.headline('Member 2999');
      expect(page.url()).toMatch(/\/members\/\d+$/);
      await page.goBack();
      await visitor.sees('1 of 1 accounts');
      expect(await page.getByLabel('Search').inputValue()).toBe('member2999');

      await visitor.open('/vehicles?state=FOR_SALE&text=Vehicle+3000');
      await page.getByRole('link', { name: 'Vehicle 3000', exact: true }).click();
      await page.getByLabel('Price', { exact: true }).fill('300');
      await press(visitor, 'Show all 3,000');
      await page.getByLabel('Member', { exact: true }).fill('Member 2999');
      await rowOf(visitor, 'Member 2999').waitFor();
      expect(await rows.count()).toBe(1);
      expect(visitor.complaints).toEqual([]);
      await visitor.leave();
    } finally {
      await browser.close();
      await server.close();
    }
  });
});
