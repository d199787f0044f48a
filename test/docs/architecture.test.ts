import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/programs';

const page = readFileSync(path.join(ROOT, 'docs', 'architecture.md'), 'utf8');
const [picture = ''] = /^flowchart [^]*?^```/m.exec(page) ?? [];
const drawn = [...picture.matchAll(/^ {2}(\w+)(?:\[.*?\])? --> (\w+)$/gm)].map(
  ([, from = '', to = '']) => `${from} -> ${to}`,
);
const arrows = drawn.filter((arrow) => !arrow.startsWith('main'));
const folders = [...new Set(arrows.flatMap((arrow) => arrow.split(' -> ')))];

/** Between the folders of the picture. */
function importsInTheCode(): string[] {
  const src = path.join(ROOT, 'src');
  const found = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const text = readFileSync(path.join(src, file), 'utf8');
      const from = file.split(path.sep)[0] ?? '';
      return [...text.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(([, name = '']) => {
        const to = path.normalize(path.join(path.dirname(file), name)).split(path.sep)[0] ?? '';
        return [from, to] as const;
      });
    })
    .filter(([from, to]) => from !== to && folders.includes(from) && folders.includes(to));
  return [...new Set(found.map(([from, to]) => `${from} -> ${to}`))].sort();
}

/** What ESLint lets through between the folders of the picture. */
function importsThatEslintAllows(): string[] {
  const script = `import('./eslint.config.mjs').then(({ default: parts }) => console.log(JSON.stringify(
    parts.filter(({ rules }) => rules?.['no-restricted-imports']).map(({ files, rules }) => [files, rules['no-restricted-imports'][1].patterns]))))`;
  const rules = JSON.parse(execFileSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' })) as [
    files: string[],
    patterns: { regex: string }[],
  ][];
  const isForbidden = (from: string, to: string): boolean =>
    rules.some(
      ([files, patterns]) =>
        files.includes(`src/${from}/**/*.ts`) && patterns.some(({ regex }) => new RegExp(regex).test(`../${to}/any`)),
    );
  const pairs = folders.flatMap((from) => folders.filter((to) => to !== from).map((to) => [from, to] as const));
  return pairs.flatMap(([from, to]) => (isForbidden(from, to) ? [] : [`${from} -> ${to}`])).sort();
}

test('the picture shows the imports that are there', () => {
  expect(folders).toHaveLength(7);
  expect(importsInTheCode()).toEqual([...arrows].sort());
});

test('ESLint allows what the picture shows, and nothing else', () => {
  expect(importsThatEslintAllows()).toEqual([...arrows].sort());
});
