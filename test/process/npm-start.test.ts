import path from 'node:path';
import { waitFor } from '../support/wait';
import { clearUp, databasesOf, newFolder, processesOf, start } from './programs';

const ROOT = path.join(__dirname, '..', '..');

afterEach(clearUp);

// Failing until npm's shell makes room for the server: npm hands a signal to its own child alone.
test('SIGTERM to npm start ends server and database', async () => {
  const folder = newFolder();
  const npm = start(folder, 'main', { command: ['npm', 'start'], cwd: ROOT });
  await waitFor('the server', () => /^Motorpool is ready at/m.test(npm.stdout), 300_000);
  expect(databasesOf(folder)).toHaveLength(1);
  await npm.end('SIGTERM');
  await waitFor('the end of all that it started', () => processesOf(folder).length === 0);
  expect(npm.stdout).toContain('Stopped.');
}, 360_000);
