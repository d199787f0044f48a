import { z } from 'zod';
import { BackupError } from '../core/errors';

const report = z.strictObject({
  /** What failed, in one sentence; null after a success. */
  problem: z.string().min(1).nullable(),
  published: z.array(z.string()),
  rotated: z.array(z.string()),
  warnings: z.array(z.string()),
  /** Operations that still have no backup; left out by who makes none. */
  pending: z.number().int().nonnegative().optional(),
});

/** How a backup process ended, as it tells the server that started it: names of files, and sentences. */
export type WorkerReport = z.output<typeof report>;

/** The report of a process that failed, or of which nothing else is known. */
export function failureReport(problem: string): WorkerReport {
  return { problem, published: [], rotated: [], warnings: [] };
}

/** Says that this process has begun to work and holds what it needs of the server, whose end does not matter any more. */
export function sayBegun(): void {
  process.stdout.write('begun\n');
}

/** What of an outcome is told. */
export interface Reported {
  published: { filename: string }[];
  rotated: string[];
  warnings: string[];
  pending?: number;
}

/**
 * Writes the backup process's report to its standard output. The server may be gone, which must not matter: call
 * `survivePipes` (src/program/pipes.ts) first.
 * @returns whether somebody was there to take it
 */
export function writeReport(result: Reported | BackupError): Promise<boolean> {
  const content: WorkerReport =
    result instanceof BackupError
      ? failureReport(result.message)
      : {
          problem: null,
          published: result.published.map(({ filename }) => filename),
          rotated: result.rotated,
          warnings: result.warnings,
          ...(result.pending === undefined ? {} : { pending: result.pending }),
        };
  return new Promise((resolve) => {
    process.stdout.write(`${JSON.stringify(content)}\n`, (error) => {
      resolve((error ?? null) === null);
    });
  });
}

/** The last line of what a backup process printed; null where that is no report. */
export function parseReport(output: string): WorkerReport | null {
  try {
    const parsed = report.safeParse(JSON.parse(output.trimEnd().split('\n').at(-1) ?? ''));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
