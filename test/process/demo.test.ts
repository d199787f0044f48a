import { readdirSync } from 'node:fs';
import { PoolClient } from '../../src/demo/pool-client';
import { Report } from '../../src/demo/report';
import { tour } from '../../src/demo/tour';
import { ADMIN, startTestServer } from '../support/server';
import { clearUp, newFolder, processesOf, type Running, start } from './programs';

afterEach(clearUp);

/** Everything that a demo makes lies in the folder of temporary files. */
const startDemo = (folder: string): Running =>
  start(folder, 'demo/main', {
    // What would spoil the figures, or worse, is none of its business.
    settings: { TMPDIR: folder, COMMISSION_RATE: '10', DATABASE_URL: 'mysql://me@127.0.0.1:1/precious' },
  });

const expectNothingLeft = (folder: string): void => {
  expect(processesOf(folder)).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
};

const OUTPUT = `
Motorpool, a guided run: a real server with a database of its own, in a folder
that is removed afterwards. Every figure is checked.

Ready in TIME s at http://127.0.0.1:PORT/graphql

1. confirmPayment: Ann deposits 600.00
   Ann                   600.00   100.0000 %
   Bob                     0.00     0.0000 %
   Company                 0.00
   Backup  db_backup-YYYY-MM-DD_HH-mm-ss.sql  SIZE KiB  TIME s after the commit
           operations 1 to 1
           restored, and its ledger is sound

2. confirmPayment: Bob deposits 400.00
   Ann                   600.00    60.0000 %
   Bob                   400.00    40.0000 %
   Company                 0.00
   Backup  db_backup-YYYY-MM-DD_HH-mm-ss.sql  SIZE KiB  TIME s after the commit
           operations 1 to 2
           restored, and its ledger is sound

3. buyVehicle: the pool buys a car for 1000.00
   Ann                   600.00    60.0000 %
   Bob                   400.00    40.0000 %
   Company                 0.00
   Backup  db_backup-YYYY-MM-DD_HH-mm-ss.sql  SIZE KiB  TIME s after the commit
           operations 1 to 3
           restored, and its ledger is sound

4. sellVehicle: it sells the car for 1500.00
   Profit                500.00
   Commission            250.00
   Distributed           250.00
   Income, Ann           150.00
   Income, Bob           100.00
   Ann                   750.00    60.0000 %
   Bob                   500.00    40.0000 %
   Company               250.00
   Backup  db_backup-YYYY-MM-DD_HH-mm-ss.sql  SIZE KiB  TIME s after the commit
           operations 1 to 4
           restored, and its ledger is sound

5. confirmPayment: Bob deposits 250.00 more
   Ann                   750.00    50.0000 %
   Bob                   750.00    50.0000 %
   Company               250.00
   Backup  db_backup-YYYY-MM-DD_HH-mm-ss.sql  SIZE KiB  TIME s after the commit
           operations 1 to 5
           restored, and its ledger is sound

6. unsellVehicle: the buyer steps back
   Reversal, Company    -250.00
   Reversal, Ann        -150.00
   Reversal, Bob        -100.00
   Ann                   600.00    50.0000 %
   Bob                   650.00    50.0000 %
   Company                 0.00
   Backup  db_backup-YYYY-MM-DD_HH-mm-ss.sql  SIZE KiB  TIME s after the commit
           operations 1 to 6
           restored, and its ledger is sound

Each backup is one SQL file in STORAGE_DIR/app/backups that needs nothing but
itself. The database's stock client restores it, into a database of any server:

  mysql -u USER -p DATABASE < db_backup-YYYY-MM-DD_HH-mm-ss.sql

The server has ended, and its folder is removed.
All 38 figures are right, to the cent.
`.trimStart();

test('the demo shows worked example 1, cent by cent, and leaves nothing behind', async () => {
  const folder = newFolder();
  const { code, stdout, stderr } = await startDemo(folder).ended;
  expect(stderr).toBe('');
  const masked = stdout
    .replace(/db_backup-\d{4}(-\d\d){2}_\d\d-\d\d-\d\d\.sql/g, 'db_backup-YYYY-MM-DD_HH-mm-ss.sql')
    .replace(/\d+\.\d KiB {2}\d+\.\d\d s/g, 'SIZE KiB  TIME s')
    .replace(/Ready in \d+\.\d s at http:\/\/127\.0\.0\.1:\d+\//, 'Ready in TIME s at http://127.0.0.1:PORT/');
  expect(masked).toBe(OUTPUT);
  expect(code).toBe(0);
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expectNothingLeft(folder);
});

test.each([
  ['in the middle', /3\. buyVehicle/],
  ['at its start', /^/],
])('Ctrl-C %s leaves nothing behind', async (_when, moment) => {
  const folder = newFolder();
  const demo = startDemo(folder);
  await demo.said(moment);
  if (moment.source === '^') while (processesOf(folder).length < 2) await new Promise(setImmediate);
  const { code, stderr } = await demo.end('SIGINT');
  expect({ code, stderr }).toEqual({
    code: 130,
    stderr: 'Interrupted: the server has ended and its folder is removed.\n',
  });
  expectNothingLeft(folder);
});

test('a server that dies under the demo is a failure, and leaves nothing behind', async () => {
  const folder = newFolder();
  const demo = startDemo(folder);
  await demo.said(/2\. confirmPayment/);
  const servers = processesOf(folder).filter(({ command }) => command.includes('src/main.js'));
  expect(servers).toHaveLength(1);
  for (const { pid } of servers) process.kill(pid, 'SIGKILL');
  const { code, stderr } = await demo.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expectNothingLeft(folder);
});

test('a figure that is off is found', async () => {
  const server = await startTestServer({ COMMISSION_RATE: '49.99' });
  try {
    const lines: string[] = [];
    const report = new Report((line) => lines.push(line));
    await tour(await PoolClient.signIn(server.url, ADMIN, new AbortController().signal), report);
    report.summary();
    expect(lines).toContain('   Commission            249.95  WRONG: must be 250.00');
    expect(lines).toContain('   Ann                   750.03    60.0000 %  WRONG: must be 750.00 60.0000 %');
    expect(lines.at(-1)).toMatch(/^\d+ of 38 figures are WRONG\.$/);
  } finally {
    await server.close();
  }
});
