import { spawnSync } from 'node:child_process';
import { ROOT } from '../support/programs';

interface AuditReport {
  metadata?: { vulnerabilities: { total: number } };
  vulnerabilities?: Record<string, { severity: string }>;
}

/** What a server of ours runs; tools for the work on it are left out. */
test('npm knows of no grave weakness in a package that the server runs on, where the registry can be asked', () => {
  const arguments_ = ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=15000'];
  const { stdout } = spawnSync('npm', arguments_, { cwd: ROOT, encoding: 'utf8', timeout: 45_000 });
  let report: AuditReport = {};
  try {
    report = JSON.parse(stdout) as AuditReport;
  } catch {
    // No answer at all.
  }
  if (report.metadata === undefined) {
    process.stdout.write('npm audit: SKIPPED, the registry does not answer for advisories\n');
    return;
  }
  const known = Object.entries(report.vulnerabilities ?? {}).map(([name, { severity }]) => `${name}: ${severity}`);
  const grave = known.filter((it) => /: (high|critical)$/.test(it));
  // It is news, and no change of ours: what is less than grave is told, and holds nobody up.
  if (known.length > grave.length) process.stdout.write(`npm audit: ${known.join(', ')}\n`);
  expect(grave).toEqual([]);
});
