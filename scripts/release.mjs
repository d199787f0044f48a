import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { endWith, say, SetupError } from './processes.mjs';

const USAGE = 'Usage: npm run release -- major|minor|patch|X.Y.Z [--dry-run]';
const UNRELEASED = '## [Unreleased]\n';

const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim();

/** The version that follows: a step up from the current one, or one that is named and newer. */
function nextVersion(current, wanted) {
  const [major, minor, patch] = current.split('.').map(Number);
  const steps = {
    major: [major + 1, 0, 0],
    minor: [major, minor + 1, 0],
    patch: [major, minor, patch + 1],
  };
  if (Object.hasOwn(steps, wanted)) return steps[wanted].join('.');
  if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}$/.test(wanted)) throw new SetupError(USAGE);
  // The same is fine: it was named before it was ever released.
  if (compare(wanted, current) < 0) throw new SetupError(`${wanted} is older than the current version, ${current}.`);
  return wanted;
}

function compare(a, b) {
  const [x, y] = [a, b].map((version) => version.split('.').map(Number));
  const at = x.findIndex((part, i) => part !== y[i]);
  return at === -1 ? 0 : x[at] - y[at];
}

/** The changelog with what was unreleased under that version's heading, and what that is. */
function releaseNotes(changelog, version, date) {
  const [before, after] = changelog.split(UNRELEASED);
  if (after === undefined) throw new SetupError('CHANGELOG.md has no section "## [Unreleased]".');
  const end = after.search(/^## \[/m);
  const notes = (end === -1 ? after : after.slice(0, end)).trim();
  const older = end === -1 ? '' : `\n${after.slice(end)}`;
  if (!/^- /m.test(notes)) throw new SetupError('CHANGELOG.md has nothing under "## [Unreleased]" to release.');
  return { notes, changelog: `${before}${UNRELEASED}\n## [${version}] - ${date}\n\n${notes}\n${older}` };
}

function withVersion(name, version) {
  const content = JSON.parse(readFileSync(name, 'utf8'));
  content.version = version;
  if (content.packages) content.packages[''].version = version;
  return `${JSON.stringify(content, null, 2)}\n`;
}

function release([wanted = '', ...options]) {
  const dryRun = options.length === 1 && options[0] === '--dry-run';
  if (options.length > 0 && !dryRun) throw new SetupError(USAGE);
  const version = nextVersion(JSON.parse(readFileSync('package.json', 'utf8')).version, wanted);
  const tag = `v${version}`;
  if (git('status', '--porcelain') !== '') throw new SetupError('There are changes that are not committed.');
  if (git('tag', '--list', tag) !== '') throw new SetupError(`The tag ${tag} exists already.`);
  const date = new Date().toISOString().slice(0, 10);
  const { notes, changelog } = releaseNotes(readFileSync('CHANGELOG.md', 'utf8'), version, date);
  say(`${tag}, ${date}\n\n${notes}\n`);
  if (dryRun) return say('A dry run: nothing was changed.');

  const files = {
    'CHANGELOG.md': changelog,
    'package.json': withVersion('package.json', version),
    'package-lock.json': withVersion('package-lock.json', version),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(name, text);
  git('add', ...Object.keys(files));
  git('commit', '--quiet', '-m', `Release ${version}`);
  git('tag', '--annotate', tag, '--cleanup=verbatim', '-m', `${tag}\n\n${notes}`);
  say(`Committed and tagged. Publish it with: git push --follow-tags`);
}

try {
  release(process.argv.slice(2));
} catch (error) {
  endWith(error);
}
