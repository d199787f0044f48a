import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../support/programs';
import { startTestServer, type TestServer } from '../support/server';
import { allBackedUp } from '../support/traces';
import { describeInBrowser, TestBrowser } from './chromium';
import { Visitor } from './visitor';

// docs/console.png, for the README: made anew by npm run screenshot, and on trial by every run of the tests.
const SIZE = { width: 1280, height: 860 };
const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

/** A pool as it may look after a while, of nobody in particular. */
async function fillPool(server: TestServer): Promise<void> {
  const { admin } = server;
  const [one, two, three] = [
    await admin.createUser('INVESTOR', 'Investor 1'),
    await admin.createUser('INVESTOR', 'Investor 2'),
    await admin.createUser('INVESTOR', 'Investor 3'),
  ];
  await admin.deposit(one.id, '24000.00');
  await admin.deposit(two.id, '16000.00');
  await allBackedUp(server);
  const van = await admin.buy('9800.00', { title: 'Delivery van' });
  const estate = await admin.buy('12400.00', { title: 'Estate car' });
  await allBackedUp(server);
  await admin.sell(van, '11650.00');
  await admin.deposit(three.id, '10000.00');
  await allBackedUp(server);
  const truck = await admin.buy('14900.00', { title: 'Pick-up truck' });
  await admin.sell(estate, '13900.00');
  await allBackedUp(server);
  await admin.sell(truck, '16250.00');
  await allBackedUp(server);
  await admin.unsell(truck, 'The buyer stepped back');
  await admin.buy('7300.00', { title: 'Small car' });
}

describeInBrowser('the picture of the console', () => {
  let browser: TestBrowser;
  let server: TestServer;
  let folder: string;

  beforeAll(async () => {
    [browser, server] = await Promise.all([TestBrowser.start(), startTestServer()]);
    folder = mkdtempSync(path.join(tmpdir(), 'motorpool-picture-'));
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  test('shows an overview where everything is backed up', async () => {
    await fillPool(server);
    await allBackedUp(server);
    const visitor = await Visitor.arrive(browser, server, { viewport: SIZE, colorScheme: 'light' });
    await visitor.open('/admin');
    await visitor.signIn();
    await visitor.headline('Every operation is backed up.');
    await visitor.sees(/Bought Small car/);
    const file =
      process.env.SCREENSHOT === undefined ? path.join(folder, 'console.png') : path.join(ROOT, 'docs', 'console.png');
    await visitor.page.screenshot({ path: file, animations: 'disabled' });
    expect(readFileSync(file).subarray(0, PNG.length)).toEqual(PNG);
    await visitor.leave();
  });
});
