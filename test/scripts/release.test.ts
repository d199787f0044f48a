import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/programs';
import { Repository } from './repository';

let repository: Repository;

const release = (...args: string[]): ReturnType<Repository['run']> =>
  repository.run(process.execPath, path.join(ROOT, 'scripts', 'release.mjs'), ...args);
const read = (name: string): string => readFileSync(path.join(repository.root, name), 'utf8');
const versions = (): unknown[] => {
  const manifest = JSON.parse(read('package.json')) as { version: string };
  const lock = JSON.parse(read('package-lock.json')) as { version: string; packages: Record<string, unknown> };
  return [manifest.version, lock.version, (lock.packages[''] as { version: string }).version];
};

const CHANGELOG = `# Changelog

## [Unreleased]

### Added

- A door.

## [0.1.0] - 2026-01-02

### Added

- A house.
`;

beforeEach(() => {
  repository = new Repository();
  repository.write('CHANGELOG.md', CHANGELOG);
  const manifest = { name: 'house', version: '0.1.0' };
  repository.write('package.json', JSON.stringify(manifest));
  repository.write('package-lock.json', JSON.stringify({ ...manifest, packages: { '': manifest } }));
  repository.commit('Build a house');
});
afterEach(() => {
  repository.remove();
});

test.each([
  ['patch', '0.1.1'],
  ['minor', '0.2.0'],
  ['major', '1.0.0'],
  ['0.1.0', '0.1.0'],
  ['2.0.0', '2.0.0'],
])('%s makes %s: the version, the section of the changelog, a commit and a tag', (wanted, version) => {
  const before = Date.now();
  expect(release(wanted)).toMatchObject({ code: 0, stdout: '' });
  expect(versions()).toEqual([version, version, version]);
  const [, date = ''] =
    /## \[Unreleased\]\n\n## \[\S+\] - (\S+)\n\n### Added\n\n- A door\.\n\n## \[0\.1\.0\]/.exec(read('CHANGELOG.md')) ??
    [];
  expect(Date.parse(date)).toBeGreaterThan(before - 2 * 86_400_000);
  expect(read('CHANGELOG.md')).toContain(`## [${version}] - ${date}`);
  expect(repository.git('log', '-1', '--format=%s')).toBe(`Release ${version}\n`);
  expect(repository.git('status', '--porcelain')).toBe('');
  expect(repository.git('for-each-ref', '--format=%(objecttype) %(contents)', 'refs/tags')).toMatch(
    new RegExp(`^tag v${version}\\n\\n### Added\\n\\n- A door\\.\\n`),
  );
  expect(repository.git('rev-parse', `v${version}^{commit}`)).toBe(repository.git('rev-parse', 'HEAD'));
});

test('a dry run tells what it would do and changes nothing', () => {
  const before = repository.git('rev-parse', 'HEAD');
  const { code, stderr } = release('minor', '--dry-run');
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^v0\.2\.0, \d{4}-\d\d-\d\d\n\n### Added\n\n- A door\.\n\nA dry run: nothing was changed\.\n$/,
  );
  expect(versions()).toEqual(['0.1.0', '0.1.0', '0.1.0']);
  expect(repository.git('rev-parse', 'HEAD')).toBe(before);
  expect(repository.git('status', '--porcelain') + repository.git('tag')).toBe('');
});

test.each<[why: string, prepare: () => void, args: string[], message: string]>([
  ['no version', () => undefined, [], 'Usage: npm run release -- major|minor|patch|X.Y.Z [--dry-run]'],
  ['a version of another form', () => undefined, ['v1'], 'Usage: '],
  ['an unknown option', () => undefined, ['patch', '--dry'], 'Usage: '],
  ['an older version', () => undefined, ['0.0.9'], '0.0.9 is older than the current version, 0.1.0.'],
  [
    'changes',
    () => {
      repository.write('new', '');
    },
    ['patch'],
    'There are changes that are not committed.',
  ],
  ['a tag of that name', () => repository.git('tag', 'v0.1.1'), ['patch'], 'The tag v0.1.1 exists already.'],
  [
    'nothing to release',
    () => {
      repository.write('CHANGELOG.md', CHANGELOG.replace('- A door.\n', ''));
      repository.commit('Take out the door');
    },
    ['patch'],
    'CHANGELOG.md has nothing under "## [Unreleased]" to release.',
  ],
])('%s stops it in one line', (_why, prepare, args, message) => {
  prepare();
  const head = repository.git('rev-parse', 'HEAD');
  const { code, stdout, stderr } = release(...args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).toContain(message);
  expect(repository.git('rev-parse', 'HEAD')).toBe(head);
});
