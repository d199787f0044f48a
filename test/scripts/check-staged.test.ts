import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/programs';
import { Repository } from './repository';

let repository: Repository;

/** A clone in which the line of CONTRIBUTING.md was typed. */
beforeEach(() => {
  repository = new Repository();
  const copied = [
    '.githooks',
    '.prettierrc.json',
    '.prettierignore',
    'eslint.config.mjs',
    'package.json',
    'tsconfig.json',
    'scripts',
  ];
  for (const name of copied) cpSync(path.join(ROOT, name), path.join(repository.root, name), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(repository.root, 'node_modules'));
  repository.write('.gitignore', 'node_modules\n');
  mkdirSync(path.join(repository.root, 'src'));
  repository.commit('Begin');
  repository.git('config', 'core.hooksPath', '.githooks');
});
afterEach(() => {
  repository.remove();
});

const commit = (): ReturnType<Repository['run']> => repository.run('git', 'commit', '--quiet', '-m', 'Change');

test.each([
  ['format', 'src/wide.ts', 'export   const one = 1;\n', /\[warn\] src\/wide\.ts/],
  ['lint', 'src/any.ts', 'export const one: any = 1;\n', /src\/any\.ts[^]*no-explicit-any/],
  ['format of a document', 'NOTES.md', '*  one\n', /\[warn\] NOTES\.md/],
])('a mistake of %s is not committed', (_kind, name, text, complaint) => {
  const head = repository.git('rev-parse', 'HEAD');
  repository.write(name, text);
  repository.git('add', name);
  const { code, stdout, stderr } = commit();
  expect(code).toBe(1);
  expect(stdout + stderr).toMatch(complaint);
  expect(stderr).toMatch(/Not committed: fix the errors above, the format by "npm run format"\.\n$/);
  expect(repository.git('rev-parse', 'HEAD')).toBe(head);
});

test('what is well goes through, and what is not staged is not looked at', () => {
  repository.write('src/good.ts', 'export const one = 1;\n');
  repository.git('add', 'src/good.ts');
  repository.write('src/wide.ts', 'export   const one = 1;\n');
  expect(commit()).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(repository.git('show', '--name-only', '--format=')).toBe('src/good.ts\n');
  // Nothing but a removal: there is no file to look at.
  repository.git('rm', '--quiet', 'src/good.ts');
  expect(commit()).toEqual({ code: 0, stdout: '', stderr: '' });
});
