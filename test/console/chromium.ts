import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

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
const INSTALL_MS = 10 * 60_000;

const find = (): string | null => PLACES.find((place) => place !== '' && existsSync(place)) ?? null;

/** Installs Debian's Chromium where that needs no question. Two test files may come here at once: one waits. */
function install(): void {
  if (!existsSync('/usr/bin/apt-get')) return;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync('sudo', ['-n', 'true']).status !== 0) return;
  process.stderr.write('Installing Chromium with apt-get for the tests of the console ...\n');
  const apt = 'apt-get -qq -y -o DPkg::Lock::Timeout=300';
  const script = `export DEBIAN_FRONTEND=noninteractive LC_ALL=C; test -x /usr/bin/chromium || { ${apt} update; ${apt} install --no-install-recommends chromium; }`;
  const command = ['flock', path.join(tmpdir(), 'motorpool-chromium.lock'), 'sh', '-c', script];
  const [program = '', ...args] = isRoot ? command : ['sudo', '-n', ...command];
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: INSTALL_MS });
  if (status !== 0) process.stderr.write(`${stdout}${stderr}\n`);
}

function findOrInstall(): string | null {
  if (find() === null) install();
  return find();
}

const executable = findOrInstall();

/** Like `describe`; without Chromium it leaves the tests out aloud, and fails in CI. */
export function describeInBrowser(name: string, tests: () => void): void {
  if (executable !== null) {
    describe(name, tests);
  } else if (process.env.CI) {
    test(name, () => {
      throw new Error(`Chromium is missing, and CI leaves none of its tests out: ${HOW}.`);
    });
  } else {
    process.stderr.write(`\n*** LEFT OUT: "${name}" needs Chromium: ${HOW}. ***\n\n`);
    describe.skip(name, tests);
  }
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
    await rm(this.profile, { recursive: true, force: true });
  }
}
