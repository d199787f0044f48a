import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { BackupLog } from '../core/log';
import { readBackup } from '../files/catalogue';
import { inspectFile } from '../files/checksum';
import { asJudged, type Judged, type Proof } from '../files/proofs';
import { underProofLock, type ProofDependencies } from './under-proof-lock';

/** A file that was looked at, and what its proof found. */
export interface Verification {
  backup: Judged;
  proof: Proof;
}

/**
 * Proves a file, wherever it lies and whatever its name, and keeps the proof where it is a backup of our own. Waits for a
 * proof that runs, and no backup waits for it.
 * @throws UnsoundBackup where it is no complete backup; ProofImpossible and BackupError where it could not be judged
 */
export async function verifyFile(dependencies: ProofDependencies, file: string): Promise<Verification> {
  const { settings } = dependencies;
  // What is no complete backup is told here. The hash is a part of the proof, which keeps what it finds.
  const backup = (await readBackup(await realpath(file).catch(() => file))) ?? (await inspectFile(file));
  const ours = await realpath(settings.directory).catch(() => settings.directory);
  const isOurs = path.dirname(backup.path) === ours;
  return underProofLock(dependencies, new BackupLog(settings.logFile), async ({ prove }) => {
    const proof = await prove(backup, isOurs);
    return { backup: asJudged({ ...backup, proof }), proof };
  });
}
