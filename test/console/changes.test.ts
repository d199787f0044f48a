import { readFileSync } from 'node:fs';
import { startTestServer, type TestServer } from '../support/server';
import { allBackedUp } from '../support/traces';
import { describeInBrowser, TestBrowser } from './chromium';
import { Visitor } from './visitor';

/** As many as one page of the list has, and one more. */
const RATES = 51;

describeInBrowser('the journal of changes on its page', () => {
  let browser: TestBrowser;
  let server: TestServer;
  let visitor: Visitor;

  beforeAll(async () => {
    [browser, server] = await Promise.all([TestBrowser.start(), startTestServer({ BACKUP_VERIFY: 'checksum' })]);
    const { admin } = server;
    // Not accounts: each would take the hash of a password.
    for (let i = 1; i <= RATES; i++) {
      await admin.administer('mutation ($rate: Percentage!) { setCommissionRate(rate: $rate) { commissionRate } }', {
        rate: `${i}.0000`,
      });
    }
    await admin.buy('1200.00', { title: 'Volvo V60' });
    await allBackedUp(server);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(async () => {
    visitor = await Visitor.arrive(browser, server);
    await visitor.open('/admin/changes');
    await visitor.signIn();
    await visitor.headline('Changes');
  });
  afterEach(async () => {
    const { complaints } = visitor;
    await visitor.leave();
    expect(complaints).toEqual([]);
  });

  test('tells who changed what, what was corrected, and whether a backup holds it; older ones come when asked for', async () => {
    const { page } = visitor;
    const rows = page.locator('.changes tbody tr');
    const newest = rows.first();
    await newest.getByText('Buy vehicle 1').waitFor();
    await newest.getByText('stored').waitFor();
    expect(await newest.textContent()).toMatch(/from (127\.0\.0\.1|::1|::ffff:127\.0\.0\.1)/);
    await rows.nth(1).getByText('50.0000 → 51.0000').waitFor();
    expect(await rows.count()).toBe(50);
    await page.getByRole('button', { name: 'Show older ones' }).click();
    await visitor.sees(/^(\d+) of \1 changes\.$/);
    expect(await page.getByRole('button', { name: 'Show older ones' }).count()).toBe(0);
  });

  test('shows what is of a kind and of a day, and says where nothing is', async () => {
    const { page } = visitor;
    await page.getByLabel('Changes of').selectOption('Vehicles');
    await visitor.sees('1 of 1 changes.');
    await page.getByLabel('Until').fill('2020-01-01');
    await visitor.sees('No change is of this kind and time.');
  });

  test('what is shown can be saved, by its filter', async () => {
    const { page } = visitor;
    await page.getByLabel('Changes of').selectOption('Vehicles');
    await visitor.sees('1 of 1 changes.');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('changes.csv');
    const lines = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain(',buyVehicle,');
  });
});
