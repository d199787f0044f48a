import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { BackupError } from '../core/errors';
import type { OperationMark } from '../core/ledger';
import type { BackupSettings } from '../core/settings';
import { listBackups, type Backup } from './catalogue';
import { timeOfFilename } from './filename';
import { lastChange, type Manifest } from './manifest';
import { syncDirectory } from './fsync';
import { writeWhole } from './write-whole';

/**
 * UNPROVEN: complete and on disk, not yet restored. PROVEN: restored, and the ledger holds. UNSOUND: restores, but the
 * ledger breaks a rule. DAMAGED: does not match its hash, or does not restore.
 */
export type ProofState = 'UNPROVEN' | Proof['state'];

export const PLACES = ['PROVE_URL', 'PRIVATE_SERVER', 'SCRATCH_DATABASE'] as const;
/** Where a file was restored for its proof. */
export type ProofPlace = (typeof PLACES)[number];

const mark = z
  .strictObject({ number: z.number().int().nonnegative(), uid: z.string().min(1).max(64).nullable() })
  .refine(({ number, uid }) => (number === 0) === (uid === null));

const record = z.strictObject({
  filename: z.string().refine((name) => timeOfFilename(name) !== null),
  /** Of the file that was judged: the proof counts only while the file's manifest has the same. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  state: z.enum(['PROVEN', 'UNSOUND', 'DAMAGED']),
  /** Why it is UNSOUND or DAMAGED, in one sentence; null where it is PROVEN. */
  problem: z.string().min(1).nullable(),
  /** UNSOUND: the rules that the ledger breaks, in sentences. */
  findings: z.array(z.string()),
  judgedAt: z.iso.datetime({ precision: 3 }).transform((text) => new Date(text)),
  durationMs: z.number().int().nonnegative(),
  /** null: its hash alone was compared. */
  place: z.enum(PLACES).nullable(),
  /** Exact, as read from the restored copy; where it is DAMAGED, what the manifest says. */
  lastOperation: mark,
  /** Left out by proofs of earlier versions, and where there is no journal of changes. */
  lastChange: lastChange.optional(),
  schemaVersion: z.string().min(1).max(255),
});

/** What was found when a backup was judged. */
export interface Proof extends z.output<typeof record> {
  lastOperation: OperationMark;
}

/** A backup with what is known of it beyond what it says itself. */
export interface LabelledBackup extends Backup {
  /** null: it is UNPROVEN. */
  proof: Proof | null;
}

/** A backup whose proof may or may not have been looked for. */
export type Judged = Backup & { proof?: Proof | null };

export function labelOf({ proof }: Pick<Judged, 'proof'>): ProofState {
  return proof?.state ?? 'UNPROVEN';
}

/** Whether what is said of its contents was read from a restored copy. Else its operations are the least that it holds. */
export function isExact(backup: Judged): boolean {
  return readFromCopy(backup) !== null || backup.verifiedAt !== null;
}

/** The newest operation in it, as far as is known. */
export function newestIn(backup: Judged): OperationMark {
  return readFromCopy(backup)?.lastOperation ?? backup.lastOperation;
}

/** The newest change in it, as far as is known; null where nothing is. */
export function newestChangeIn(backup: Judged): Manifest['lastChange'] | null {
  return readFromCopy(backup)?.lastChange ?? backup.lastChange ?? null;
}

/** The backup with its proof's exact knowledge in the place of what it says of itself. */
export function asJudged(backup: Judged): Judged {
  const known = readFromCopy(backup);
  if (known === null) return backup;
  const { lastOperation, lastChange = backup.lastChange, schemaVersion, state, judgedAt } = known;
  const changes = lastChange === undefined ? {} : { lastChange };
  return {
    ...backup,
    lastOperation,
    ...changes,
    schemaVersion,
    verifiedAt: state === 'PROVEN' ? judgedAt : backup.verifiedAt,
  };
}

function readFromCopy({ proof }: Pick<Judged, 'proof'>): Proof | null {
  return proof === undefined || proof?.state === 'DAMAGED' ? null : proof;
}

/** The complete backups with their proofs, newest first. @throws BackupError where their folder cannot be read */
export async function listLabelled(
  settings: Pick<BackupSettings, 'directory' | 'proofDirectory'>,
): Promise<LabelledBackup[]> {
  return label(settings.proofDirectory, await listBackups(settings.directory));
}

/** Joins backups with their proofs. Never throws: a proof that cannot be read is none, and is made again. */
export function label(proofDirectory: string, backups: readonly Backup[]): Promise<LabelledBackup[]> {
  return Promise.all(backups.map(async (backup) => ({ ...backup, proof: await readProof(proofDirectory, backup) })));
}

/** The proof of that very file; null where there is none, or it is torn, or of another file of that name. */
export async function readProof(
  proofDirectory: string,
  { filename, sha256 }: Pick<Backup, 'filename' | 'sha256'>,
): Promise<Proof | null> {
  try {
    const parsed = record.safeParse(JSON.parse(await readFile(proofFile(proofDirectory, filename), 'utf8')));
    return parsed.success && parsed.data.filename === filename && parsed.data.sha256 === sha256 ? parsed.data : null;
  } catch {
    return null;
  }
}

/**
 * Records a proof, whole or not at all: a power cut at any moment leaves the old one, or none, or the new one.
 * @throws BackupError where it cannot be written; the proof is made again then
 */
export async function writeProof(proofDirectory: string, proof: Proof): Promise<void> {
  const file = proofFile(proofDirectory, proof.filename);
  const unfinished = `${file}.${randomBytes(6).toString('hex')}${UNFINISHED}`;
  try {
    const made = await mkdir(proofDirectory, { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncDirectory(path.dirname(made));
    await writeWhole(file, unfinished, `${JSON.stringify(proof)}\n`);
  } catch (error) {
    throw BackupError.from(error, `The proof of ${proof.filename} could not be recorded in ${proofDirectory}`);
  }
}

const UNFINISHED = '.new';
/** A half that is older was left by a process that was killed. Another pool may have its proofs in the same folder. */
const DEAD_AFTER_MS = 600_000;

/** Removes the proofs of files that are gone, and halves that a killed process left. Never throws. */
export async function clearProofs({
  directory,
  proofDirectory,
}: Pick<BackupSettings, 'directory' | 'proofDirectory'>): Promise<void> {
  const names = await readdir(proofDirectory).catch(() => []);
  // In this order: a backup that comes meanwhile has no proof yet.
  const present = new Set(await readdir(directory).catch(() => null));
  if (present.size === 0) return;
  for (const name of names) {
    const file = path.join(proofDirectory, name);
    const isOrphan = name.endsWith('.json') && !present.has(name.slice(0, -'.json'.length));
    if (isOrphan || (name.endsWith(UNFINISHED) && (await isDead(file)))) await unlink(file).catch(() => undefined);
  }
}

function isDead(file: string): Promise<boolean> {
  return stat(file).then(
    ({ mtimeMs }) => Math.abs(Date.now() - mtimeMs) > DEAD_AFTER_MS,
    () => false,
  );
}

function proofFile(proofDirectory: string, filename: string): string {
  return path.join(proofDirectory, `${filename}.json`);
}
