import { stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { BackupError, UnsoundBackup } from '../core/errors';
import type { BackupLog } from '../core/log';
import type { BackupSettings } from '../core/settings';
import { backupNames, type Backup, readBackup } from '../files/catalogue';
import { inspectFile } from '../files/checksum';
import { timeOfFilename } from '../files/filename';
import { readState, writeState } from '../files/state-file';

const checks = z.record(
  z.string(),
  z.strictObject({
    /** When it was last read to its end. */
    at: z.iso.datetime(),
    /** Tells a file that was put back under this name from the one that was checked. */
    file: z.string(),
    /** Why the file is damaged, or could not be read since, in one sentence; null where it matched. */
    problem: z.string().min(1).nullable(),
  }),
);
/** By the names of the files. A file without one counts as checked when it was made, since it was hashed then. */
type Checks = z.output<typeof checks>;

export interface ScrubOptions {
  settings: BackupSettings;
  log: BackupLog;
  /** Every file is read again in this time, in ms. */
  everyMs: number;
  /** Labels a backup DAMAGED. */
  onDamaged?: (backup: Backup, problem: string) => Promise<void>;
  now?: () => Date;
  /** Told, and waited for, after each file with the ms that it took. By default: rests for as long. */
  rest?: (tookMs: number) => Promise<void>;
}

/**
 * Reads every kept file whose last check is too long ago and compares it with its hash, one after the other, the one
 * that was checked longest ago first. Meant for a process of its own at low priority. A file that it cannot read may not be
 * damaged and gets no label: its problem is kept for the status, and its check stays due.
 * @returns the files that turned out damaged just now, in sentences
 */
export async function scrub({ settings, log, everyMs, onDamaged, now, rest }: ScrubOptions): Promise<string[]> {
  const time = now ?? (() => new Date());
  const found: string[] = [];
  const unreadable = new Set<string>();
  for (;;) {
    const [next] = (await dueFiles(settings, everyMs, time())).filter(({ name }) => !unreadable.has(name));
    if (next === undefined) return found;
    const { name: due, at } = next;
    const begun = performance.now();
    const file = path.join(settings.directory, due);
    const print = await printOf(file);
    const problem = await problemOf(file);
    if ((await printOf(file)) !== print) continue;
    if (problem !== null && !(problem instanceof UnsoundBackup)) {
      unreadable.add(due);
      log.warn(`A kept backup could not be checked: ${problem.message}`);
      await keepCheck(settings, due, { at: new Date(at).toISOString(), file: print, problem: problem.message });
      continue;
    }
    if (problem === null) {
      log.info(`Read ${due} again: it matches its hash.`);
    } else {
      log.error(`DAMAGED: ${problem.message}`);
      const backup = await readBackup(file);
      if (backup !== null) await onDamaged?.(backup, problem.message);
      found.push(problem.message);
    }
    await keepCheck(settings, due, { at: time().toISOString(), file: print, problem: problem?.message ?? null });
    await (rest ?? pause)(performance.now() - begun);
  }
}

/** Whether `scrub` has something to do. */
export async function isScrubDue(settings: BackupSettings, everyMs: number, now: Date): Promise<boolean> {
  return (await dueFiles(settings, everyMs, now)).length > 0;
}

/** Why kept files are damaged or unreadable, as the last checks found; of files that still lie there as they were. */
export async function damagedFiles(settings: BackupSettings): Promise<string[]> {
  return (await lastChecks(settings)).flatMap(({ problem }) => problem ?? []);
}

/** The files whose check is due, with when they were last checked, the one that was longest ago first. */
async function dueFiles(settings: BackupSettings, everyMs: number, now: Date): Promise<{ name: string; at: number }[]> {
  const files = (await lastChecks(settings))
    // A time to come is of a clock that was wrong.
    .map(({ name, at }) => ({ name, at: at > now.getTime() ? 0 : at }))
    .sort((a, b) => a.at - b.at);
  return files.filter(({ at }) => at + everyMs <= now.getTime());
}

/** Of each kept file, by name. */
async function lastChecks(settings: BackupSettings): Promise<{ name: string; at: number; problem: string | null }[]> {
  const known = (await readState(settings, 'scrub', checks)) ?? {};
  const names = (await backupNames(settings.directory)).sort();
  return Promise.all(
    names.map(async (name) => {
      const last = known[name];
      if (last === undefined) return { name, at: timeOfFilename(name)?.getTime() ?? 0, problem: null };
      if (last.problem === null) return { name, at: Date.parse(last.at), problem: null };
      const isThatFile = (await printOf(path.join(settings.directory, name))) === last.file;
      return isThatFile ? { name, at: Date.parse(last.at), problem: last.problem } : { name, at: 0, problem: null };
    }),
  );
}

async function problemOf(file: string): Promise<BackupError | null> {
  try {
    await inspectFile(file);
    return null;
  } catch (error) {
    return BackupError.from(error, `${file} cannot be read`);
  }
}

/** Keeps how that file was found, and forgets the files that are gone. */
async function keepCheck(settings: BackupSettings, name: string, check: Checks[string]): Promise<void> {
  const known = (await readState(settings, 'scrub', checks)) ?? {};
  const names = new Set(await backupNames(settings.directory));
  const kept = Object.entries({ ...known, [name]: check }).filter(([each]) => names.has(each));
  await writeState(settings, 'scrub', Object.fromEntries(kept));
}

/** Changes with another file of that name, and with writing to it, whatever time that leaves on it; empty where there is none, as after a rotation. */
async function printOf(file: string): Promise<string> {
  const found = await stat(file).catch(() => null);
  return found === null ? '' : `${found.ino} ${found.size} ${found.ctimeMs}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
