import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import mysql from 'mysql2/promise';
import type { Backup } from '../../src/backup/files/catalogue';
import { BackupLog } from '../../src/backup/core/log';
import { manifestLine } from '../../src/backup/files/manifest';
import type { Proof } from '../../src/backup/files/proofs';
import { underProofLock, type ProofDependencies } from '../../src/backup/prove/under-proof-lock';
import { runBackup } from '../../src/backup/run/run-backup';
import { connectionOptions } from '../../src/database/connection/connection-options';
import type { Query } from '../../src/database/connection/query';
import { prepareProofServer } from './proof-server';
import { openBench, testLedger, type Bench } from './support';

export type Ledger = ProofDependencies['ledger'];

/** A pool with backups that are not proven yet, and what proves them. */
export interface ProofBench {
  bench: Bench;
  folder: string;
  backUp(): Promise<Backup>;
  prove(backup: Backup, change?: Partial<ProofDependencies>): Promise<Proof>;
  /** Runs the statements of a file of test/cases on the live database, or those that it prints. */
  load(name: string, ...args: string[]): Promise<void>;
  /** What lies in the proof server's folder beyond what stays. */
  left(): string[];
}

export async function openProofBench(): Promise<ProofBench> {
  const bench = await openBench({ verify: 'checksum' });
  const folder = bench.settings.proofServerDirectory;
  await prepareProofServer(folder, bench.database.query);
  return {
    bench,
    folder,
    backUp: async () => {
      const { published } = await runBackup(bench.dependencies, { trigger: 'MANUAL', force: true });
      const [backup] = published;
      if (backup === undefined) throw new Error('no backup was made');
      return backup;
    },
    prove: (backup, change = {}) => {
      const dependencies = { settings: bench.settings, address: bench.database.address, ledger: testLedger, ...change };
      const log = new BackupLog(bench.settings.logFile);
      return underProofLock(dependencies, log, ({ prove }) => prove(backup, false));
    },
    load: async (name, ...args) => {
      const file = path.join(__dirname, '..', 'cases', name);
      const text = name.endsWith('.sh')
        ? execFileSync('sh', [file, ...args], { encoding: 'utf8' })
        : readFileSync(file, 'utf8');
      const connection = await mysql.createConnection({
        ...connectionOptions(bench.database.address),
        multipleStatements: true,
      });
      try {
        await connection.query(text.replaceAll('motorpool.', `${bench.database.address.database}.`));
      } finally {
        await connection.end();
      }
    },
    left: () => readdirSync(folder).filter((name) => !/^(proof\.lock|template-)/.test(name)),
  };
}

/** Puts lines behind everything that the file holds. Its account of itself is true again, to the byte. */
export function appendToFile(backup: Backup, lines: string): Backup {
  const { filename: _, path: file, sizeBytes: _size, format: _format, ...manifest } = backup;
  const dump = readFileSync(file).subarray(0, backup.sqlBytes).toString();
  const changed = Buffer.from(dump.replace('\n-- Dump completed', `\n${lines}\n-- Dump completed`));
  const seal = { sqlBytes: changed.length, sha256: createHash('sha256').update(changed).digest('hex') };
  writeFileSync(file, Buffer.concat([changed, manifestLine({ ...manifest, ...seal })]));
  return { ...backup, ...seal };
}

/** The tests' ledger, with something done in the moment that the copy is checked. */
export function whenChecked(work: (query: Query) => Promise<void>): Ledger {
  return {
    ...testLedger,
    check: async (query, ...more) => {
      await work(query);
      return testLedger.check(query, ...more);
    },
  };
}

/** The process of the private server that runs for that folder. */
export function serverPid(folder: string): number | null {
  const [run] = readdirSync(folder).filter((name) => name.startsWith('run-'));
  if (run === undefined) return null;
  try {
    return Number(readFileSync(path.join(folder, run, 'pid'), 'utf8'));
  } catch {
    return null;
  }
}

/** The resident memory of a process, in MiB. */
export function residentMib(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}

/** Whether that process still runs; one that has ended and was not waited for does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
