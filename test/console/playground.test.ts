import { parse, validate } from 'graphql';
import { ADMIN_EXAMPLES, PUBLIC_EXAMPLES } from '../../console/src/playground/examples';
import { buildSchemas } from '../../src/resolvers/schema';
import { ADMIN, startTestServer, type TestServer } from '../support/server';
import { waitFor } from '../support/wait';
import { describeInBrowser, TestBrowser } from './chromium';
import { Visitor } from './visitor';

jest.setTimeout(120_000);

describe('the saved examples', () => {
  const schemas = buildSchemas();

  test.each([
    ...ADMIN_EXAMPLES.map((example) => ({ which: 'admin' as const, ...example })),
    ...PUBLIC_EXAMPLES.map((example) => ({ which: 'public' as const, ...example })),
  ])('$name fits the $which schema', ({ which, query, variables }) => {
    expect(validate(schemas[which], parse(query))).toEqual([]);
    expect(() => JSON.parse(variables ?? '{}') as unknown).not.toThrow();
  });
});

describeInBrowser('the playground in a browser', () => {
  let browser: TestBrowser;
  let server: TestServer;
  let visitor: Visitor;

  beforeAll(async () => {
    [browser, server] = await Promise.all([TestBrowser.start(), startTestServer({ BACKUP_VERIFY: 'checksum' })]);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(async () => {
    visitor = await Visitor.arrive(browser, server);
  });
  afterEach(async () => {
    const { complaints } = visitor;
    const outside = visitor.outsideRequests();
    await visitor.leave();
    expect({ complaints, outside }).toEqual({ complaints: [], outside: [] });
  });

  /** A busy machine takes its time over the editors' megabytes of code, and over nothing else here. */
  const editors = (): Promise<void> =>
    visitor.page.locator('.graphiql-editor-tool .view-line').first().waitFor({ timeout: 40_000 });
  const run = async (): Promise<void> => {
    await editors();
    await visitor.page.getByRole('button', { name: /^Execute query/ }).click();
  };
  /** What the response editor shows, without the spaces that it shows in its own way. */
  const answers = (text: string): Promise<unknown> =>
    waitFor(`the answer ${text}`, async () => {
      const shown = await visitor.page.locator('.graphiql-response').textContent();
      return shown?.replace(/\s/g, '').includes(text);
    });

  test('of the admin schema: signed in already, with examples and the documentation', async () => {
    await visitor.open('/admin');
    await visitor.signIn();
    await visitor.headline('There is nothing to lose yet.');
    expect(visitor.requests.filter((request) => /monaco|playground/.test(request.url()))).toEqual([]);
    await visitor.goTo('Playground');
    await run();
    await answers('"healthy":true');

    const { page } = visitor;
    await page.getByRole('button', { name: 'Operations and their backups' }).click();
    await run();
    await answers('"operations":[]');
    await page.getByRole('button', { name: /^Buy a vehicle/ }).click();
    await run();
    await answers('"title":"VolvoV60"');
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByRole('link', { name: 'Query' }).click();
    await visitor.sees('backupStatus');
    // A tab of GraphiQL holds the button that closes it, which only GraphiQL itself can change.
    expect((await visitor.barriers()).filter((barrier) => !barrier.startsWith('nested-interactive'))).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    // GraphiQL takes them on with its next render.
    await page.locator('body.graphiql-dark').waitFor();
    expect(await visitor.evaluate('document.getAnimations().length')).toBe(0);
    expect((await visitor.barriers()).filter((barrier) => !barrier.startsWith('nested-interactive'))).toEqual([]);
    await visitor.goTo('Overview');
    await visitor.headline('Every operation is backed up.');
    // A variable may be a password: the next one at this tab must not find it.
    expect(await visitor.evaluate('Object.keys(sessionStorage).join()')).toContain('motorpool.playground.admin.');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await visitor.evaluate('Object.keys(sessionStorage)')).toEqual([]);
  });

  /** Where in an editor's area a click shall put the cursor, in px of the page. */
  const placesToClick = async (area: string): Promise<Record<string, [number, number]>> => {
    const editor = visitor.page.locator(`${area} .graphiql-editor:visible`);
    const lastLine = editor.locator('.view-lines .view-line').last();
    const box = await waitFor('the editor', () => editor.boundingBox());
    // It draws its lines more than once while it starts.
    const line = await waitFor('its last line', () => lastLine.boundingBox());
    const [right, bottom, below] = [box.x + box.width, box.y + box.height, line.y + line.height];
    const places: Record<string, [number, number]> = {
      'the padding above': [line.x + 40, box.y - 8],
      'the padding on the left': [box.x - 8, line.y],
      'the padding on the right': [right + 8, line.y],
      'the padding below': [line.x + 40, bottom + 8],
      'its lower right corner': [right - 0.25, bottom - 0.25],
      'between the line numbers and the text, below the last line': [line.x - 10, below + 30],
    };
    // Chromium 150 and Monaco disagree about a single row of pixels, where the last line ends.
    for (let by = -2; by <= 2; by += 0.25) places[`${by} px below the last line`] = [line.x + 40, below + by];
    return places;
  };

  test.each(['.graphiql-query-editor', '.graphiql-editor-tool'])('a click anywhere in %s is heard', async (area) => {
    await visitor.open('/graphql');
    await editors();
    const { page } = visitor;
    await page.locator('.graphiql-editor-tool').getByText('admin@example.com').waitFor();
    for (const [place, [x, y]] of Object.entries(await placesToClick(area))) {
      await visitor.evaluate('document.activeElement.blur()');
      await page.mouse.click(x, y);
      const focused = await visitor.evaluate(`document.activeElement.matches('${area} textarea')`);
      expect({ place, focused }).toEqual({ place, focused: true });
    }
    await page.keyboard.insertText('typed after a click');
    await page.locator(area).getByText('typed after a click').waitFor();
  });

  test('on a phone the variables of the first example are in sight', async () => {
    await visitor.page.setViewportSize({ width: 390, height: 844 });
    await visitor.open('/graphql');
    await editors();
    // Lines out of sight are not drawn.
    await visitor.page.locator('.graphiql-editor-tool').getByText('"password"').waitFor();
  });

  test('of the public schema: whoever signs in there is signed in for what follows', async () => {
    await visitor.open('/graphql');
    await editors();
    const { page } = visitor;
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.locator('.graphiql-editor-tool').getByText('admin@example.com').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.press('Delete');
    await page.keyboard.insertText(JSON.stringify(ADMIN));
    await run();
    await answers('"role":"ADMIN"');
    await visitor.sees('Signed in as Administrator.');
    await page.getByRole('button', { name: /^Who am I/ }).click();
    await run();
    await answers('"me":{"name":"Administrator"');
    // The admin schema is not part of what it knows.
    expect(await visitor.evaluate('document.body.textContent.includes("backupStatus")')).toBe(false);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await run();
    await answers('Signinfirst');
    expect(await visitor.evaluate('JSON.stringify(localStorage)')).not.toContain('correct horse');
  });
});
