import { readFileSync } from 'node:fs';
import type { BrowserContext, BrowserContextOptions, Page, Request } from 'playwright-core';
import { ADMIN, type TestServer } from '../support/server';
import type { TestBrowser } from './chromium';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const TRANSITIONS_END = `Promise.allSettled(
  document.getAnimations().filter((each) => each instanceof CSSTransition).map(({ finished }) => finished),
).then(() => undefined)`;

/** What a browser complains of on its console and this server's being away explains. */
const EXPECTED = /^Failed to load resource: (net::ERR_|the server responded with a status of (401|403|500|503))/;

/** Somebody at a browser, whose every request and complaint is written down. */
export class Visitor {
  readonly requests: Request[] = [];
  readonly complaints: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly url: string,
  ) {
    page.on('request', (request) => this.requests.push(request));
    page.on('pageerror', ({ message }) => this.complaints.push(message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && !EXPECTED.test(message.text())) {
        this.complaints.push(message.text());
      }
    });
  }

  static async arrive(browser: TestBrowser, server: TestServer, options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
    return new Visitor(context, await context.newPage(), server.url);
  }

  async open(path: string): Promise<void> {
    await this.page.goto(this.url + path);
  }

  /** Fills in the form as people do. */
  async signIn({ email, password } = ADMIN): Promise<void> {
    await this.page.getByLabel('Email').fill(email);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  async goTo(name: string): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name }).click();
  }

  /** Waits for that text somewhere on the page. */
  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  async headline(text: string): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: text }).waitFor();
  }

  /** What axe finds that is serious or worse, on the page as it is now. */
  async barriers(): Promise<string[]> {
    // Half way from one colour to another nothing has the contrast of either.
    await this.page.evaluate(TRANSITIONS_END);
    // As the debugger does it: the page's own policy forbids to add scripts to it.
    await this.page.evaluate(AXE);
    const { violations } = await this.page.evaluate<{ violations: Violation[] }>('axe.run()');
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  }

  /** Where requests went that did not go to the server itself. */
  outsideRequests(): string[] {
    return this.requests
      .map((request) => request.url())
      .filter((url) => !url.startsWith(`${this.url}/`) && !/^(blob|data):/.test(url));
  }

  /** How many bytes came for what was requested so far, headers included; answers of the API are left out. */
  async weight(): Promise<number> {
    const files = this.requests.filter((request) => !request.url().endsWith('graphql'));
    const sizes = await Promise.all(
      files.map(async (request) => {
        const { responseBodySize, responseHeadersSize } = await request.sizes();
        return responseBodySize + responseHeadersSize;
      }),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** What an expression gives in the page. */
  evaluate<T>(expression: string): Promise<T> {
    return this.page.evaluate<T>(expression);
  }

  async leave(): Promise<void> {
    await this.context.close();
  }
}

interface Violation {
  id: string;
  impact: string | null;
  nodes: { html: string }[];
}
