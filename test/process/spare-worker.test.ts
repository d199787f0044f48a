import { clearUp, newFolder, processesOf, Server } from './programs';
import { waitFor } from '../support/wait';

afterEach(clearUp);

test('a backup process waits for the next operation, and ends by itself where its server is killed', async () => {
  const folder = newFolder();
  const server = await Server.start(folder);
  const isSpare = ({ command, parent }: { command: string; parent: number }): boolean =>
    command.includes('backup-worker') && parent === server.pid;
  const [spare] = await waitFor('a process that waits', () => {
    const found = processesOf(folder).filter(isSpare);
    return found.length === 1 ? found : null;
  });
  await server.end('SIGKILL');
  await waitFor('its end', () => !processesOf(folder).some(({ pid }) => pid === spare?.pid));
});
