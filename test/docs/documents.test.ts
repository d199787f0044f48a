import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/programs';
import { readDocuments } from './documents';

const documents = readDocuments();
const { scripts, files } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
  files: string[];
};
/** What npm packs: these it does without being told. */
const PACKED = [...files, 'README.md', 'LICENSE', 'package.json'];

/** The tests that run each shell block of a document, and fail where one is left over. */
const RUN_BY: Record<string, string> = {
  'README.md': 'test/docs/readme.test.ts',
  'CONTRIBUTING.md': 'test/docs/commands.test.ts',
  'docs/backup-strategy.md': 'test/docs/commands.test.ts',
  'docs/databases.md': 'test/docs/databases.test.ts',
  'docs/deployment.md': 'test/docs/commands.test.ts',
  'docs/recovery.md': 'test/restore/runbook.test.ts',
};

/** Links and pictures, outside of code. */
function linksIn(text: string): string[] {
  const prose = text.replace(/^```[^]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

describe.each(documents.map((document) => [document.name, document] as const))('%s', (name, { text, blocks }) => {
  test('links to what is there, also where the package is installed', () => {
    for (const link of linksIn(text)) {
      if (/^https?:/.test(link)) {
        expect(URL.canParse(link)).toBe(true);
        continue;
      }
      const [target = '', anchor] = link.split('#');
      const file = target === '' ? name : path.normalize(path.join(path.dirname(name), target));
      expect({ link, exists: existsSync(path.join(ROOT, file)) }).toEqual({ link, exists: true });
      expect({ link, packed: PACKED.some((entry) => file === entry || file.startsWith(`${entry}/`)) }).toEqual({
        link,
        packed: true,
      });
      if (anchor === undefined) continue;
      const anchors = documents.find((document) => document.name === file)?.anchors ?? [];
      expect({ link, anchors }).toEqual({ link, anchors: expect.arrayContaining([anchor]) as string[] });
    }
  });

  test('names scripts and files that are there', () => {
    for (const [, script = ''] of text.matchAll(/\bnpm run ([a-z][a-z:]*)/g))
      expect(Object.keys(scripts)).toContain(script);
    const files = [...text.matchAll(/`((?:src|test|scripts|deploy|examples|bench)\/[a-z\d./-]+)`/g)];
    for (const [, file = ''] of files)
      expect({ file, exists: existsSync(path.join(ROOT, file)) }).toEqual({ file, exists: true });
  });

  test('has no shell block that no test runs, without saying why', () => {
    const toBeRun = blocks.filter(({ language, notRun }) => language === 'sh' && notRun === null);
    if (toBeRun.length === 0) return;
    expect(RUN_BY[name]).toBeDefined();
    expect(existsSync(path.join(ROOT, RUN_BY[name] ?? ''))).toBe(true);
  });
});
