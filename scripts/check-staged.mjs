import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// What git runs before each commit, once "git config core.hooksPath .githooks" was typed: lint and format of the files
// that go into it, as they lie on the disk. Types and tests need minutes: npm test, which CI runs as well.
const root = fileURLToPath(new URL('..', import.meta.url));

function run(program, args, stdio = 'inherit') {
  const { status, stdout } = spawnSync(program, args, { cwd: process.cwd(), encoding: 'utf8', stdio });
  return { ok: status === 0, stdout };
}

const staged = run('git', ['diff', '--cached', '--name-only', '--diff-filter=d', '-z'], ['ignore', 'pipe', 'inherit'])
  .stdout.split('\0')
  .filter((name) => name !== '');
if (staged.length > 0) {
  const prettier = [join(root, 'node_modules/prettier/bin/prettier.cjs'), '--check', '--ignore-unknown'];
  const eslint = [join(root, 'node_modules/eslint/bin/eslint.js'), '--no-warn-ignored'];
  const code = staged.filter((name) => /\.(m?[jt]s|tsx)$/.test(name));
  const formatted = run(process.execPath, [...prettier, '--log-level=warn', ...staged]).ok;
  const linted = code.length === 0 || run(process.execPath, [...eslint, ...code]).ok;
  if (!formatted || !linted) {
    process.stderr.write('Not committed: fix the errors above, the format by "npm run format".\n');
    process.exitCode = 1;
  }
}
