import { closeSync, openSync } from 'node:fs';
import { BackupLog } from '../../src/backup/core/log';
import { BackupScheduler } from '../../src/backup/schedule/backup-scheduler';

/** Asks for a backup twice as a server does, the second time with no file descriptor left; prints how each ended. */
async function main(): Promise<void> {
  const report = JSON.stringify({ problem: null, published: [], rotated: [], warnings: [] });
  const scheduler = new BackupScheduler({
    command: [process.execPath, '-e', `console.log('${report}')`],
    input: () => '',
    log: new BackupLog('/dev/null'),
    pauses: { firstMs: 600_000, longestMs: 600_000 },
  });
  const ask = async (): Promise<string | null> => {
    scheduler.request('MANUAL');
    await scheduler.idle();
    return scheduler.problem;
  };
  const first = await ask();
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    // There are no more.
  }
  const second = await ask();
  for (const descriptor of taken) closeSync(descriptor);
  const third = await ask();
  process.stdout.write(JSON.stringify([first, second, third]));
}

void main();
