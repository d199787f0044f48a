import { appendFile, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { OperationMark } from '../core/ledger';
import type { BackupSettings } from '../core/settings';

const at = z.iso.datetime();

/** What the recovery report is made of: facts with their times, which no other file keeps once retention has gone by. */
const entry = z.discriminatedUnion('what', [
  z.strictObject({
    at,
    what: z.enum(['stored', 'proven', 'copied']),
    /** The newest operation that is in it: after a restore its number is given out again, its uid never. */
    operation: z.number().int().nonnegative(),
    uid: z.string().nullable(),
  }),
  z.strictObject({ at, what: z.literal('failing'), problem: z.string() }),
  z.strictObject({ at, what: z.literal('working') }),
  /** An older state went live: that operation was its newest. */
  z.strictObject({ at, what: z.literal('restored'), operation: z.number().int().nonnegative() }),
]);
export type Entry = z.output<typeof entry>;

type Folder = Pick<BackupSettings, 'stateDirectory'>;

const NAME = 'record.jsonl';
/** Those before it, by when they ended. */
const BEFORE = /^record-\d{17}\.jsonl$/;
/** Some 60 000 operations each. */
const MOST_BYTES = 16 * 2 ** 20;
const MOST_BEFORE = 3;

/** Notes that a backup up to that operation is stored, proven or off-site. Never throws. */
export function recordBackup(
  settings: Folder,
  what: 'stored' | 'proven' | 'copied',
  { number, uid }: OperationMark,
  time: Date,
): Promise<void> {
  return record(settings, { at: time.toISOString(), what, operation: number, uid });
}

/** Adds a line. A line that is lost costs the report a figure, and nothing a backup: never throws. */
export async function record({ stateDirectory }: Folder, added: Entry): Promise<void> {
  try {
    await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
    const file = path.join(stateDirectory, NAME);
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    );
    if (size > MOST_BYTES) await beginAnother(stateDirectory);
    // One write of less than a page: two processes never mix their lines.
    await appendFile(file, `${JSON.stringify(added)}\n`, { mode: 0o600 });
  } catch {
    // A full disk is told by the backup itself.
  }
}

/** Each file that is put aside has a name of its own: two processes that come here at once lose nothing. */
async function beginAnother(folder: string): Promise<void> {
  const ended = new Date().toISOString().replace(/\D/g, '');
  await rename(path.join(folder, NAME), path.join(folder, `record-${ended}.jsonl`));
  const before = await namesBefore(folder);
  for (const name of before.slice(0, -MOST_BEFORE)) await rm(path.join(folder, name), { force: true });
}

async function namesBefore(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).filter((name) => BEFORE.test(name)).sort();
}

/** What was recorded from that time on, oldest first. A torn line, or one of another form, is left out. */
export async function readRecord({ stateDirectory }: Folder, from: Date): Promise<Entry[]> {
  const begin = from.toISOString();
  const entries: Entry[] = [];
  for (const name of [...(await namesBefore(stateDirectory)), NAME]) {
    const text = await readFile(path.join(stateDirectory, name), 'utf8').catch(() => '');
    for (const line of text.split('\n')) {
      // What is older is most of it, and need not be understood.
      if (line.slice(7, 7 + begin.length) < begin) continue;
      const parsed = entry.safeParse(jsonOf(line));
      if (parsed.success) entries.push(parsed.data);
    }
  }
  return entries.sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
