import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../../src/config/config';
import { findProgram } from '../../src/database/host/programs';
import { clearUp, newFolder, Server } from '../process/programs';
import { describeIf, findOrInstall } from '../support/debian-package';
import { ROOT } from '../support/programs';
import { readDocument } from './documents';
import { putNpm, runBlock } from './run-block';

const promtool = findOrInstall(() => findProgram(['promtool']), 'prometheus', 'the tests of the alert rules');

/** The shell blocks that are to be run under a heading, which must be that many. */
function blocksOf(name: string, heading: string, count: number): string[] {
  const found = readDocument(name).blocks.filter((block) => block.language === 'sh' && block.notRun === null);
  const blocks = found.filter((block) => block.heading === heading).map(({ text }) => text);
  expect(blocks).toHaveLength(count);
  return blocks;
}

afterEach(clearUp);

test('no document has a shell block that nothing here runs', () => {
  const names = ['CONTRIBUTING.md', 'docs/backup-strategy.md', 'docs/deployment.md'];
  const blocks = names.flatMap((name) => readDocument(name).blocks);
  const headings = blocks
    .filter(({ language, notRun }) => language === 'sh' && notRun === null)
    .map(({ heading }) => heading);
  expect(headings).toEqual(['What replaces what', 'With Docker Compose', 'Watching it']);
});

test('what replaces the former commands', async () => {
  const folder = newFolder();
  putNpm(folder);
  const server = await Server.start(folder);
  const [commands = ''] = blocksOf('docs/backup-strategy.md', 'What replaces what', 1);
  const { code, stdout, stderr } = await runBlock(folder, commands);
  expect({ code, stderr: stderr.replace(/^Verifying.*\n/gm, '') }).toMatchObject({ code: 0 });
  expect(stdout).toMatch(/^(\S+\.sql\n){2}Healthy\.\n[^]*3 backups[^]*\nPROVEN [^]* INFO Published /);
  await server.end('SIGTERM');
});

test('the secrets of compose.yaml', async () => {
  const folder = newFolder();
  const [make = ''] = blocksOf('docs/deployment.md', 'With Docker Compose', 1);
  expect(await runBlock(folder, make)).toMatchObject({ code: 0 });
  const secrets = path.join(folder, 'secrets');
  expect(statSync(secrets).mode & 0o777).toBe(0o700);
  expect(readdirSync(secrets).sort()).toEqual(['admin-password', 'database-password', 'database-url', 'jwt-secret']);
  const at = (name: string): string => path.join(secrets, name);
  const config = loadConfig({
    NODE_ENV: 'production',
    DATABASE_URL_FILE: at('database-url'),
    JWT_SECRET_FILE: at('jwt-secret'),
    ADMIN_PASSWORD_FILE: at('admin-password'),
  });
  const password = readFileSync(at('database-password'), 'utf8').trim();
  expect(config.database).toMatchObject({ user: 'motorpool', password, database: 'motorpool' });
});

describeIf(promtool !== null, 'promtool (Debian: apt-get install prometheus)', 'the alert rules', () => {
  test('pass what the page says', async () => {
    const folder = newFolder();
    const [check = ''] = blocksOf('docs/deployment.md', 'Watching it', 1);
    expect(await runBlock(folder, `cd ${ROOT}\n${check}`)).toMatchObject({ code: 0 });
  });
});
