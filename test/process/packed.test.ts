import { cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from '../support/client';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { http } from '../support/http';
import { ROOT } from '../support/programs';
import { waitFor } from '../support/wait';
import { backupsIn, clearUp, newFolder, processesOf, run, start } from './programs';

const MINUTES = 60_000;
const PASSWORD = 'kept in a file of its own';
/** npm's settings and cache of whoever runs the tests: what is cached need not be fetched. */
const NPM: Record<string, string> = { npm_config_prefer_offline: 'true', npm_config_loglevel: 'error' };
for (const [name, value = ''] of Object.entries(process.env)) {
  if (/^(HOME|npm_config_(registry|cache|userconfig|cafile)|NODE_EXTRA_CA_CERTS|(https?|no)_proxy)$/i.test(name))
    NPM[name] = value;
}

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
afterEach(clearUp);

/** Packs what a checkout holds, from a copy without its sources: a build that others use stays as it is. */
async function pack(folder: string): Promise<string> {
  const checkout = path.join(folder, 'checkout');
  mkdirSync(checkout);
  for (const name of readdirSync(ROOT).filter((entry) =>
    /^(dist|scripts|docs|deploy|schema|package.*\.json|[A-Z]+(\.md)?)$/.test(entry),
  )) {
    cpSync(path.join(ROOT, name), path.join(checkout, name), { recursive: true });
  }
  const packed = await run(folder, '', { command: ['npm', 'pack'], cwd: checkout, settings: NPM });
  expect(packed).toMatchObject({ code: 0 });
  expect(existsSync(path.join(checkout, 'npm-shrinkwrap.json'))).toBe(false);
  const [, archive = ''] = /(motorpool-\S+\.tgz)\n$/.exec(packed.stdout) ?? [];
  return path.join(checkout, archive);
}

test(
  'what npm packs runs in production with its own packages alone, and secrets from files',
  async () => {
    const folder = newFolder();
    const archive = await pack(folder);
    const app = path.join(folder, 'app');
    mkdirSync(app);
    await run(folder, '', { command: ['tar', '-xzf', archive, '-C', app, '--strip-components=1'] });
    expect(readdirSync(app)).not.toEqual(expect.arrayContaining(['src']));
    // It builds an image from a checkout.
    expect(existsSync(path.join(app, 'compose.yaml'))).toBe(false);
    const install = { command: ['npm', 'ci', '--omit=dev', '--no-audit', '--no-fund'], cwd: app };
    expect(await run(folder, '', { ...install, settings: NPM })).toMatchObject({ code: 0, stderr: '' });
    for (const name of ['typescript', 'jest', 'react', 'vite']) {
      expect(existsSync(path.join(app, 'node_modules', name))).toBe(false);
    }

    const secret = (name: string, text: string): Record<string, string> => {
      writeFileSync(path.join(folder, name), `${text}\n`, { mode: 0o600 });
      return { [`${name}_FILE`]: path.join(folder, name) };
    };
    const settings = {
      NODE_ENV: 'production',
      ...secret('DATABASE_URL', database.url),
      ...secret('JWT_SECRET', 'a key of more than thirty-two characters'),
      ...secret('ADMIN_PASSWORD', PASSWORD),
    };
    const server = start(folder, '', { command: [process.execPath, 'dist/src/main.js'], cwd: app, settings });
    const [, url = ''] = await server.said(/ready at (\S+)\/graphql,/);
    for (const probe of ['/healthz', '/readyz']) {
      expect(await http(url + probe)).toMatchObject({ status: 200, body: { status: 'ok' } });
    }
    expect((await http(`${url}/admin`)).text).toContain('<div id="root">');

    const admin = await Client.signIn(url, 'admin@example.com', PASSWORD);
    expect((await admin.refused('{ __schema { description } }')).message).toMatch(/introspection/i);
    const investor = await admin.createUser('INVESTOR');
    await admin.deposit(investor.id, '100.00');
    await waitFor('its backup', () => backupsIn(folder).length === 1);
    await server.end('SIGTERM');
    expect(await server.ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/Stopped\.\n$/) as string });
    // A proof that runs is handed over, and ends by itself.
    await waitFor('the end of all', () => processesOf(folder).length === 0);
    // Logs are lines of JSON, and hold none of the secrets.
    for (const line of server.stderr.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('level');
    expect(server.stderr).not.toMatch(/kept in a file|thirty-two characters/);

    const command = { command: ['npm', 'run', '--silent', 'db:backup'], cwd: app, settings: { ...settings, ...NPM } };
    const made = await run(folder, '', command);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(statSync(made.stdout.trim()).mode & 0o777).toBe(0o600);
    expect(backupsIn(folder)).toHaveLength(2);
  },
  3 * MINUTES,
);
