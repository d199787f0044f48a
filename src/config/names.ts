import { homedir } from 'node:os';
import path from 'node:path';

/** A slip of the fingers: more letters than this are another name. */
const MOST_CHANGES = 2;

/** For each name that is none of the known ones and close to one: a sentence with the one that it is closest to. */
export function misspelled(names: readonly string[], known: readonly string[]): string[] {
  const all = new Set(known);
  return names.flatMap((name) => {
    if (all.has(name)) return [];
    const [nearest] = known
      .map((each) => ({ each, changes: changesBetween(name, each) }))
      .filter(({ changes }) => changes <= MOST_CHANGES)
      .sort((a, b) => a.changes - b.changes);
    return nearest === undefined ? [] : [`There is no setting ${name} (in .env): did you mean ${nearest.each}?`];
  });
}

/** A path with "~" for the home folder, which a shell replaces and a file does not. */
export function withHome(text: string): string {
  return text === '~' || text.startsWith('~/') ? path.join(homedir(), text.slice(1)) : text;
}

/** How many letters must be put in, taken out or replaced to make one of the other. */
function changesBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const letter of a) {
    const next = [(row[0] ?? 0) + 1];
    for (let i = 1; i <= b.length; i++) {
      const replaced = (row[i - 1] ?? 0) + Number(letter !== b[i - 1]);
      next.push(Math.min(replaced, (row[i] ?? 0) + 1, (next[i - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
