import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { startTestServer, type TestServer } from '../support/server';
import { allBackedUp } from '../support/traces';
import { waitFor } from '../support/wait';
import { describeInBrowser, TestBrowser } from './chromium';
import { Visitor } from './visitor';

const PAGES = ['Overview', 'Backups', 'Changes', 'Log'];

describeInBrowser('the console in a browser', () => {
  let browser: TestBrowser;
  let server: TestServer;
  let visitor: Visitor;

  beforeAll(async () => {
    [browser, server] = await Promise.all([TestBrowser.start(), startTestServer({ BACKUP_KEEP: '5' })]);
    await depositAndBuy(server);
    await allBackedUp(server);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(async () => {
    visitor = await Visitor.arrive(browser, server, { permissions: ['clipboard-read', 'clipboard-write'] });
    await visitor.open('/admin');
  });
  afterEach(async () => {
    const { complaints } = visitor;
    const outside = visitor.outsideRequests();
    await visitor.leave();
    expect({ complaints, outside }).toEqual({ complaints: [], outside: [] });
  });

  test('an operation through the API shows, and becomes covered, without a reload', async () => {
    const empty = await startTestServer();
    const early = await Visitor.arrive(browser, empty);
    try {
      await early.open('/admin');
      await early.signIn();
      await early.headline('There is nothing to lose yet.');
      await early.sees('No operation yet.');
      await early.evaluate('globalThis.wasNotReloaded = true');

      await depositAndBuy(empty);
      await early.headline('Every operation is backed up.');
      await early.sees('All 2 operations are in a backup.');
      const row = early.page.getByRole('row', { name: /Bought Volvo V60/ });
      await row.getByRole('link', { name: /^db_backup-.*\.sql$/ }).waitFor();
      await early.sees('Confirmed Investor 1’s deposit of 5,000.00 USD');
      await early.page.locator('.figure', { hasText: 'Invested' }).getByText('1,200.00').waitFor();
      expect(await early.evaluate('globalThis.wasNotReloaded')).toBe(true);
      expect(early.complaints).toEqual([]);
    } finally {
      await early.leave();
      await empty.close();
    }
  });

  test.each([
    ['reduce', 'stands still'],
    ['no-preference', 'moves'],
  ] as const)('what waits, with reduced motion set to %s, %s', async (reducedMotion, does) => {
    const { page } = visitor;
    await page.emulateMedia({ reducedMotion });
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/admin/graphql', (route) => held.then(() => route.continue()));
    await visitor.signIn();
    await page.locator('.loading-line').first().waitFor();
    const moving = await visitor.evaluate<number>('document.getAnimations().length');
    expect(moving > 0 ? 'moves' : 'stands still').toBe(does);
    answer();
    await visitor.headline('Every operation is backed up.');
  });

  test('an operation gets its number, and its two ticks come by themselves', async () => {
    const member = await server.admin.createUser('INVESTOR', 'Investor 2');
    await visitor.signIn();
    await visitor.headline('Every operation is backed up.');
    await visitor.open(`/payments/${await member.requestPayment('DEPOSIT', '5.00')}`);
    await visitor.page.getByRole('button', { name: 'Confirm' }).click();
    await visitor.sees(/^Operation \d+$/);
    for (const tick of ['stored', 'proven']) await visitor.page.locator('.ticks .good').getByText(tick).waitFor();
  });

  test('the charts tell their numbers by keyboard', async () => {
    await visitor.signIn();
    const chart = visitor.page.getByRole('slider', { name: /Capital and company revenue/ });
    await chart.focus();
    await chart.press('Home');
    expect(await chart.getAttribute('aria-valuetext')).toContain('Capital 5,000.00 USD');
  });

  test('back up now leads visibly to the new row', async () => {
    await visitor.signIn();
    await visitor.goTo('Backups');
    await visitor.page.getByRole('button', { name: 'Back up now' }).click();
    await visitor.page.getByRole('button', { name: 'Backing up …' }).waitFor();
    await visitor.sees(/^Done: db_backup-/);
    const row = visitor.page.locator('tr.noted');
    await row.getByText('person').waitFor();
    const filename = (await row.locator('.file').textContent()) ?? '';
    expect(existsSync(path.join(server.backups, filename))).toBe(true);
  });

  test('a download is the file, to the byte, and its hash is told', async () => {
    await visitor.signIn();
    await visitor.goTo('Backups');
    const [download] = await Promise.all([
      visitor.page.waitForEvent('download'),
      visitor.page
        .getByRole('button', { name: /^Download/ })
        .first()
        .click(),
    ]);
    const content = readFileSync(await download.path());
    const filename = download.suggestedFilename();
    expect(content).toEqual(readFileSync(path.join(server.backups, filename)));
    await visitor.sees('Downloaded, and it is what was sent.');
    await visitor.sees(createHash('sha256').update(content).digest('hex'));
  });

  test('the command that restores a backup is there to copy, and no button restores', async () => {
    await visitor.signIn();
    await visitor.goTo('Backups');
    const { page } = visitor;
    await page
      .getByRole('button', { name: /^How to restore/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Copy the command that restores this backup' }).click();
    await visitor.sees('Copied');
    const filename = await page.locator('.backups .file').first().textContent();
    expect(await visitor.evaluate('navigator.clipboard.readText()')).toBe(
      `npm run db:restore -- ${path.join(server.backups, filename ?? '')}`,
    );
    const names = await page.getByRole('button', { name: /restore/i }).allTextContents();
    expect(names.filter((name) => !/^(How to restore|Copied)/.test(name))).toEqual([]);
  });

  test('a sound backup passes a test restore, a damaged one does not, and cannot be downloaded', async () => {
    await allBackedUp(server);
    await visitor.signIn();
    await visitor.goTo('Backups');
    const { page } = visitor;
    const rows = page.locator('.backups tbody tr:not(.detail)');
    const filename = (await rows.first().locator('.file').textContent()) ?? '';
    // By its name: a damaged newest backup is followed by a new one at once.
    const row = rows.filter({ hasText: filename });
    const before = (await row.locator('.tag time').getAttribute('datetime')) ?? '';
    await row.getByRole('button', { name: /^Verify/ }).click();
    await waitFor('the test restore', async () => {
      const time = row.locator('.tag time');
      return (await time.count()) === 1 && ((await time.getAttribute('datetime')) ?? '') > before;
    });

    const file = path.join(server.backups, filename);
    const content = readFileSync(file);
    const damaged = Buffer.from(content);
    const at = damaged.indexOf('Volvo');
    damaged.write('Vulvo', at);
    writeFileSync(file, damaged);
    try {
      await row.getByRole('button', { name: /^Verify/ }).click();
      await row.getByText('damaged', { exact: true }).waitFor();
      await row.getByRole('button', { name: /^Download/ }).click();
      await visitor.sees(`${filename} was not downloaded. ${filename} is damaged: it is not what was written.`);
    } finally {
      writeFileSync(file, content);
    }
  });

  test('the log is live and filtered by level', async () => {
    const backUp = () => server.admin.administer('mutation { createBackup { running } }');
    await visitor.signIn();
    await whileBackupsFail(server, async () => {
      await visitor.goTo('Log');
      await visitor.sees(/^Published db_backup-/);
      const lines = visitor.page.locator('.lines li');
      const before = await lines.count();
      await backUp();
      await waitFor('new lines', async () => (await lines.count()) > before);
      await visitor.page.getByLabel('Errors').check();
      await waitFor('errors alone', async () => {
        const levels = await visitor.page.locator('.lines .level').allTextContents();
        return levels.length > 0 && levels.every((level) => level === 'ERROR');
      });
    });
    await backUp();
    await allBackedUp(server);
  });

  test('a backup that fails is said with its reason, and what follows from it', async () => {
    await visitor.signIn();
    await visitor.headline('Every operation is backed up.');
    await whileBackupsFail(server, async () => {
      await server.admin.buy('100.00', { title: 'Renault Zoe' });
      await visitor.headline('One operation is not backed up.');
      await visitor.sees(/The folder .*\.backup-work cannot be made or used/);
      await visitor.page
        .getByRole('row', { name: /Bought Renault Zoe/ })
        .getByText('in none yet')
        .waitFor();
      await visitor.goTo('Backups');
      await visitor.page.getByRole('button', { name: 'Back up now' }).click();
      await visitor.sees(/^The backup failed\./);
    });
    await visitor.page.getByRole('button', { name: 'Back up now' }).click();
    await visitor.sees(/^Done: db_backup-/);
    await visitor.goTo('Overview');
    await visitor.headline('Every operation is backed up.');
  });

  test('a server that is away is said, with what is shown from before, until it is back', async () => {
    await visitor.signIn();
    await visitor.headline('Every operation is backed up.');
    await visitor.context.setOffline(true);
    await visitor.sees('The server cannot be reached.');
    await visitor.headline('Every operation is backed up.');
    await visitor.goTo('Log');
    await visitor.sees('The log cannot be shown: The server cannot be reached.');
    await visitor.context.setOffline(false);
    await visitor.sees(/^Published db_backup-/);
    await visitor.page.getByText('The server cannot be reached.').first().waitFor({ state: 'detached' });
  });

  test.each([
    ['light', 1360],
    ['dark', 1360],
    ['light', 390],
    ['dark', 390],
  ] as const)('no page has a barrier or runs out of its width, %s and %i wide', async (colorScheme, width) => {
    const { page } = visitor;
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 844 });
    expect(await visitor.barriers()).toEqual([]);
    await visitor.signIn();
    for (const name of PAGES) {
      await visitor.goTo(name);
      await page.locator('.table:not(.small), .lines').first().waitFor();
      if (name === 'Backups')
        await page
          .getByRole('button', { name: /^How to restore/ })
          .first()
          .click();
      expect({ name, barriers: await visitor.barriers() }).toEqual({ name, barriers: [] });
      const overflow = await visitor.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      expect({ name, overflow: Math.max(0, overflow) }).toEqual({ name, overflow: 0 });
    }
  });
});

async function depositAndBuy({ admin }: TestServer): Promise<void> {
  const investor = await admin.createUser('INVESTOR', 'Investor 1');
  await admin.deposit(investor.id, '5000.00');
  await admin.buy('1200.00', { title: 'Volvo V60' });
}

/** Does something while no backup of that server can succeed; one that runs is let finish before. */
async function whileBackupsFail(server: TestServer, act: () => Promise<void>): Promise<void> {
  const workDirectory = path.join(server.storageDir, 'app', '.backup-work');
  await allBackedUp(server);
  // Nobody can write into a file as if it were a folder, not even root.
  await rm(workDirectory, { recursive: true });
  writeFileSync(workDirectory, '');
  try {
    await act();
  } finally {
    rmSync(workDirectory);
    await mkdir(workDirectory, { mode: 0o700 });
  }
}
