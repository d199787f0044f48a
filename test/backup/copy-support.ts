import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CopyDependencies, CopyOutcome } from '../../src/backup/offsite/context';
import { copyBackups } from '../../src/backup/offsite/copy';
import type { CopySettings, CopyTarget } from '../../src/backup/offsite/settings';
import { backupSettings, type BackupSettings } from '../../src/backup/core/settings';
import { prepareFolders } from '../../src/backup/files/staging';
import { copyTools } from '../support/object-storage';
import { placeBackup, type Fields } from './backup-files';
import { rejection, temporaryFolder } from './support';

export interface CopyBench {
  settings: BackupSettings;
  copy: CopySettings;
  dependencies: CopyDependencies;
  /** Where the copies lie. */
  target: string;
  /** Everything that lies there, hidden files too. */
  files(): string[];
  logText(): string;
  /** Puts a backup of that second into the storage folder; by default the operation in it has the second's number. */
  place(second: number, number?: number, fields?: Fields): string;
  copyAll(change?: Partial<CopyDependencies>): Promise<CopyOutcome>;
  /** Copies, which must fail. @returns the message */
  failure(change?: Partial<CopyDependencies>): Promise<string>;
  close(): void;
}

/** When the backups of `place` were made. */
export const momentOf = (second: number): Date => new Date(Date.UTC(2026, 10, 23, 1, 2, second));

/** A storage folder with no backups in it, and a folder for copies of them. */
export async function openCopyBench(change: Partial<CopySettings> = {}, keep = 10): Promise<CopyBench> {
  const root = temporaryFolder();
  const target = temporaryFolder();
  const settings = backupSettings(root, { keep, verify: 'restore' });
  await prepareFolders(settings);
  const to: CopyTarget = { kind: 'directory', directory: target };
  const copy = { target: to, recipients: [], s3: null, identityFile: null, drillEveryMs: 0, ...change };
  const dependencies: CopyDependencies = { settings, copy };
  const copyAll = (other: Partial<CopyDependencies> = {}): Promise<CopyOutcome> =>
    copyBackups({ ...dependencies, ...other });
  return {
    settings,
    copy,
    dependencies,
    target,
    files: () => readdirSync(target).sort(),
    logText: () => readFileSync(settings.logFile, 'utf8'),
    place: (second, number = second, fields = {}) =>
      placeBackup(settings.directory, momentOf(second), {
        pool: 'pool-1',
        lastOperation: { number, uid: `uid-${number}` },
        createdAt: momentOf(second),
        startedAt: momentOf(second),
        ...fields,
      }),
    copyAll,
    failure: async (other) => (await rejection(copyAll(other))).message,
    close: () => {
      for (const folder of [root, target]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The names of copies among these, without the files beside them that hold their checksums. */
export function copiesIn(names: readonly string[]): string[] {
  return names.filter((name) => /^db_backup-.*\.sql\.gz(\.age)?$/.test(name));
}

/** Whether every file in that folder is half of a whole copy: content and checksum that fit. */
export function isConsistent(folder: string): boolean {
  const names = readdirSync(folder);
  return names.every((name) => {
    if (!name.endsWith('.sha256')) return names.includes(`${name}.sha256`);
    const copy = name.slice(0, -'.sha256'.length);
    if (!names.includes(copy)) return false;
    const digest = createHash('sha256')
      .update(readFileSync(path.join(folder, copy)))
      .digest('hex');
    return readFileSync(path.join(folder, name), 'utf8') === `${digest}  ${copy}\n`;
  });
}

export interface Identity {
  recipient: string;
  /** Holds the secret. */
  file: string;
}

/** The program age, or age-keygen, as Debian has it. */
export async function ageProgram(name: 'age' | 'age-keygen'): Promise<string> {
  return path.join(await copyTools(), 'usr', 'bin', name);
}

/** A key pair, made with the program that makes those of our users. */
export async function makeIdentity(folder: string, name = 'key.txt'): Promise<Identity> {
  const text = execFileSync(await ageProgram('age-keygen'), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const file = path.join(folder, name);
  writeFileSync(file, text, { mode: 0o600 });
  return { recipient: /public key: (age1\S+)/.exec(text)?.[1] ?? '', file };
}
