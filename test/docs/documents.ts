import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/programs';

/** A fenced block of a document. */
export interface Block {
  language: string;
  text: string;
  /** The heading that it stands under. */
  heading: string;
  /** Why no test runs it, as the comment right above it says; null: one does. */
  notRun: string | null;
}

export interface Document {
  /** From the package's root, such as "docs/recovery.md". */
  name: string;
  text: string;
  blocks: Block[];
  /** What a link to a heading of it may say after the "#". */
  anchors: string[];
}

/** Every document of the package, from the README to the last page of docs. */
export function readDocuments(): Document[] {
  const pages = readdirSync(path.join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  const top = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  return [...top, 'examples/README.md', ...pages.map((name) => `docs/${name}`)].map(readDocument);
}

export function readDocument(name: string): Document {
  const text = readFileSync(path.join(ROOT, name), 'utf8');
  const blocks: Block[] = [];
  const anchors: string[] = [];
  let heading = '';
  for (const match of text.matchAll(/^#+ (.*)$|(?:<!-- not run: (.*) -->\n\n)?^```(\w*).*\n([^]*?)^```$/gm)) {
    const [, title, notRun, language = '', content = ''] = match;
    if (title === undefined) blocks.push({ language, text: content, heading, notRun: notRun ?? null });
    else anchors.push(anchorOf((heading = title)));
  }
  return { name, text, blocks, anchors };
}

/** As forges make it of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
