import { appendFile, mkdir, readFile, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { BackupSettings } from '../core/settings';

/** What the recovery report is made of: facts with their times, which no other file keeps once retention has gone by. */
const entry = z.discriminatedUnion('what', [
  z.strictObject({
    at: z.iso.datetime(),
    what: z.enum(['stored', 'proven', 'copied']),
    /** The newest operation that is in it. */
    operation: z.number().int().nonnegative(),
  }),
  z.strictObject({ at: z.iso.datetime(), what: z.literal('failing'), problem: z.string() }),
  z.strictObject({ at: z.iso.datetime(), what: z.literal('working') }),
]);
export type Entry = z.output<typeof entry>;

type Folder = Pick<BackupSettings, 'stateDirectory'>;

/** At some hundred bytes an operation, enough for years; then the file before it goes. */
const MOST_BYTES = 32 * 2 ** 20;

/** Adds a line. A line that is lost costs the report a figure, and nothing a backup: never throws. */
export async function record({ stateDirectory }: Folder, added: Entry): Promise<void> {
  try {
    await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
    const file = path.join(stateDirectory, NAME);
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    );
    if (size > MOST_BYTES) await rename(file, path.join(stateDirectory, NAME_BEFORE));
    // One write of less than a page: two processes never mix their lines.
    await appendFile(file, `${JSON.stringify(added)}\n`, { mode: 0o600 });
  } catch {
    // A full disk is told by the backup itself.
  }
}

const NAME = 'record.jsonl';
const NAME_BEFORE = 'record-before.jsonl';

/** Everything that was recorded, oldest first. A torn line, or one of another form, is left out. */
export async function readRecord({ stateDirectory }: Folder): Promise<Entry[]> {
  const texts = await Promise.all(
    [NAME_BEFORE, NAME].map((name) => readFile(path.join(stateDirectory, name), 'utf8').catch(() => '')),
  );
  return texts
    .join('')
    .split('\n')
    .flatMap((line) => {
      const parsed = entry.safeParse(jsonOf(line));
      return parsed.success ? [parsed.data] : [];
    });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
