import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import { describeIf, findOrInstall } from '../support/debian-package';

const PLACES = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const HOW = 'install it (Debian: apt-get install chromium), or name one in the environment variable CHROMIUM';
/** For whatever a test waits for on a page. */
const WAIT_MS = 12_000;

const find = (): string | null => PLACES.find((place) => place !== '' && existsSync(place)) ?? null;

const executable = findOrInstall(find, 'chromium', 'the tests of the console');

/** Like `describe`; without Chromium it leaves the tests out aloud, and fails in CI. */
export function describeInBrowser(name: string, tests: () => void): void {
  describeIf(executable !== null, `Chromium: ${HOW}`, name, tests);
}

/** Chromium with a profile of its own. */
export class TestBrowser {
  private constructor(
    private readonly profile: string,
    private readonly browser: Awaited<ReturnType<typeof chromium.launch>>,
  ) {}

  static async start(): Promise<TestBrowser> {
    const profile = await mkdtemp(path.join(tmpdir(), 'motorpool-chromium-'));
    const browser = await chromium.launch({
      executablePath: executable ?? '',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
      env: { ...process.env, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
    });
    return new TestBrowser(profile, browser);
  }

  async newContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.browser.newContext({
      viewport: { width: 1360, height: 900 },
      locale: 'en-GB',
      ...options,
    });
    context.setDefaultTimeout(WAIT_MS);
    return context;
  }

  async close(): Promise<void> {
    await this.browser.close();
    // What it started may write there for a moment longer.
    await rm(this.profile, { recursive: true, force: true, maxRetries: 10 });
  }
}
