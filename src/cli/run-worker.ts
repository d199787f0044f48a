import { text } from 'node:stream/consumers';
import { BackupError, BackupStopped } from '../backup/core/errors';
import { type Reported, writeReport } from '../backup/schedule/worker-report';
import { survivePipes } from '../program/pipes';
import { stopSignal } from '../program/terminal';
import type { WorkerInput } from '../program/worker-input';

interface WorkerTask extends WorkerInput {
  /** Aborted when it is asked to end. */
  signal: AbortSignal;
}

/** What the server asks for. Ends this process where a server that started it in advance ended without a question. */
export async function readTask(): Promise<WorkerTask> {
  survivePipes();
  const signal = stopSignal();
  const input = await text(process.stdin);
  if (input === '') process.exit();
  return { ...(JSON.parse(input) as WorkerInput), signal };
}

/**
 * Does a task in the background of the server and reports how it ended.
 * @param name the task as a sentence begins with it, such as "The proof"
 */
export async function runWorker(name: string, work: (task: WorkerTask) => Promise<Reported>): Promise<never> {
  const task = await readTask();
  try {
    await writeReport(await work(task));
    process.exit(0);
  } catch (error) {
    // A server that ends is no failure of what it asked for: the next start makes up for it.
    const isStopped = error instanceof BackupStopped;
    const failure = BackupError.from(error, `${name} failed`);
    await writeReport(isStopped ? { published: [], rotated: [], warnings: [failure.message] } : failure);
    // Not by itself: a disk of another machine that has gone away holds a process for as long as it likes.
    process.exit(isStopped ? 0 : 1);
  }
}
