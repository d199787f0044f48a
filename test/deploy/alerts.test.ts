import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findProgram } from '../../src/database/host/programs';
import { describeIf, findOrInstall } from '../support/debian-package';
import { http } from '../support/http';
import { ROOT } from '../support/programs';
import { startTestServer, type TestServer } from '../support/server';
import { allBackedUp } from '../support/traces';

const promtool = findOrInstall(() => findProgram(['promtool']), 'prometheus', 'the tests of the alert rules');
const rules = readFileSync(path.join(ROOT, 'deploy', 'alerts.yml'), 'utf8');

const promtoolSays = (args: string[], input = ''): { status: number | null; output: string } => {
  const { status, stdout, stderr } = spawnSync(promtool ?? '', args, { cwd: ROOT, encoding: 'utf8', input });
  return { status, output: stdout + stderr };
};

describeIf(promtool !== null, 'promtool (Debian: apt-get install prometheus)', 'Prometheus', () => {
  let server: TestServer;
  let metrics: string;

  beforeAll(async () => {
    server = await startTestServer();
    await server.admin.buy('1.00').catch(() => undefined);
    const investor = await server.admin.createUser('INVESTOR');
    await server.admin.deposit(investor.id, '10.00');
    await allBackedUp(server);
    metrics = (await http(`${server.url}/metrics`)).text;
  });
  afterAll(() => server.close());

  test('accepts the rules', () => {
    expect(promtoolSays(['check', 'rules', 'deploy/alerts.yml'])).toMatchObject({ status: 0 });
  });

  test('finds that each rule speaks when it should, and not before', () => {
    expect(promtoolSays(['test', 'rules', 'deploy/alerts.test.yml'])).toMatchObject({ status: 0 });
    const tests = readFileSync(path.join(ROOT, 'deploy', 'alerts.test.yml'), 'utf8');
    for (const [, name = ''] of rules.matchAll(/alert: (\w+)/g)) {
      expect(tests).toMatch(new RegExp(`alertname: ${name}\\n\\s+exp_alerts:`));
    }
  });

  test('accepts /metrics', () => {
    const { status, output } = promtoolSays(['check', 'metrics'], metrics);
    // Node's own figures, which the client library names, are not ours to rename.
    expect(output.split('\n').filter((line) => line !== '' && !line.startsWith('nodejs_'))).toEqual([]);
    expect([0, 3]).toContain(status);
  });

  test('gets every figure that a rule looks at', () => {
    const names = new Set([...rules.matchAll(/\bmotorpool_\w+/g)].map(([name]) => name));
    expect(names.size).toBeGreaterThan(8);
    for (const name of names) expect(metrics).toMatch(new RegExp(`^${name}[ {]`, 'm'));
  });

  test('finds in each rule a document that is there', () => {
    for (const [name] of rules.matchAll(/docs\/[\w-]+\.md/g)) expect(existsSync(path.join(ROOT, name))).toBe(true);
  });
});
