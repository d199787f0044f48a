import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/programs';

test('docs/api.md is what the committed schemas say', () => {
  const generated = execFileSync(process.execPath, ['scripts/api-docs.mjs', '--print'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(readFileSync(path.join(ROOT, 'docs', 'api.md'), 'utf8')).toBe(generated);
});
