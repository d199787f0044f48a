import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { findProgram } from '../../src/database/host/programs';
import { describeIf, findOrInstall } from '../support/debian-package';
import { ROOT, START_FLAGS } from '../support/programs';

const analyze = findOrInstall(() => findProgram(['systemd-analyze']), 'systemd', 'the tests of the systemd unit');
const file = path.join(ROOT, 'deploy', 'motorpool.service');
const unit = readFileSync(file, 'utf8');

/** Of 10; what is left is the network, the file system that it reads, and V8's machine code. */
const MOST_EXPOSED = 1.5;

const valuesOf = (name: string): string[] =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);

describeIf(analyze !== null, 'systemd-analyze (Debian: apt-get install systemd)', 'the systemd unit', () => {
  test('holds nothing that systemd does not know', () => {
    const { status, stdout, stderr } = spawnSync(analyze ?? '', ['verify', '--man=no', file], { encoding: 'utf8' });
    // Where node lies, or how other units of this machine are written, is not the unit's matter.
    const complaints = (stdout + stderr).split('\n').filter((line) => line.includes('motorpool.service'));
    expect(complaints.filter((line) => !/Command \S*node is not executable/.test(line))).toEqual([]);
    expect([0, 1]).toContain(status);
  });

  test('is closed to what the server does not need', () => {
    const { stdout } = spawnSync(analyze ?? '', ['security', '--offline=true', '--no-pager', file], {
      encoding: 'utf8',
    });
    const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout) ?? [];
    expect(Number(exposure)).toBeLessThanOrEqual(MOST_EXPOSED);
  });

  test('lets a backup outlive the server, and requests end', () => {
    expect(valuesOf('KillMode')).toEqual(['process']);
    expect(valuesOf('TimeoutStopSec')).toEqual(['2min']);
  });

  test('starts the server with the flags of npm start', () => {
    expect(valuesOf('ExecStart')).toEqual([['node', ...START_FLAGS, 'dist/src/main.js'].join(' ')]);
  });

  test('gives each credential to the setting that reads it', () => {
    const credentials = valuesOf('LoadCredential').map((value) => value.split(':')[0]);
    const read = [...unit.matchAll(/([A-Z_]+)_FILE=%d\/([\w-]+)/g)].map(([, , name]) => name);
    expect(read).toEqual(credentials);
  });
});
